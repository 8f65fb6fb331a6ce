"""Our packages have plain names; this makes sure that none of them was shadowed by somebody else's."""

from importlib.util import find_spec
from pathlib import Path
from typing import Final

from store.errors import FinsdistillError

PACKAGES: Final = ("store", "trainer", "evaluator", "daemon")


class WrongOrigin(FinsdistillError):
    """A package of one of our names comes from elsewhere."""


def check_origin() -> None:
    """Raises WrongOrigin unless all four packages lie beside this one."""
    home = Path(__file__).resolve().parents[1]
    for name in PACKAGES:
        spec = find_spec(name)  # looks without running it
        found = Path(spec.origin if spec and spec.origin else "").resolve()
        if found != home / name / "__init__.py":
            raise WrongOrigin(
                f"the package {name!r} is {found}, not ours in {home}: install finsdistill into an environment of its own"
            )
