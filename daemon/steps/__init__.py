"""The pipeline, one step a file: facts in, facts out. A step does one bounded piece of work each time it is asked."""

from typing import Protocol


class Step(Protocol):
    """Used by one thread."""

    def advance(self) -> bool:
        """Does one piece of work; False when there is none now. A bad item becomes a fact and the step goes on."""
        ...

    @property
    def waiting(self) -> bool:
        """Whether work will come by itself a little later, though there is none now."""
        ...

    def close(self) -> None:
        """Ends what the step started."""
        ...
