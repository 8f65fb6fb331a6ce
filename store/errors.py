"""Errors, each named for the border it crossed. The text says what happened, with the values, and what to do next."""


class FinsdistillError(Exception):
    """A person can act on it: the command prints the one sentence, without a traceback, and exits with `exit_code`."""

    exit_code = 1


class StateUnusable(FinsdistillError):
    """The state folder is damaged, newer, locked, or its disk is full."""

    exit_code = 3


class StreamMoved(FinsdistillError):
    """A decision was made on facts that are no longer the newest of their stream."""

    def __init__(self, stream: str, expected: int, actual: int) -> None:
        super().__init__(
            f"stream {stream!r} is at version {actual}, not {expected}: read it again and decide on the new facts"
        )
        self.stream, self.expected, self.actual = stream, expected, actual


class AppendKeyReused(FinsdistillError):
    """The same append key came back with another payload: two different facts claim one identity."""

    def __init__(self, key: str, stream: str) -> None:
        super().__init__(
            f"append key {key!r} on stream {stream!r} already stands for other events: give the new events a key of their own"
        )
        self.key, self.stream = key, stream


class EventUnusable(FinsdistillError):
    """A fact holds what neither JSON nor the tables can: half a character, NaN, a number beyond 64 bits."""

    def __init__(self, kind: str, stream: str, why: str) -> None:
        super().__init__(
            f"a {kind} for stream {stream!r} cannot be stored ({why}): refuse the value where it came from"
        )
        self.kind, self.stream = kind, stream
