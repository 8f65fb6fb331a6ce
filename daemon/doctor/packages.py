"""Whether our packages are ours."""

from collections.abc import Iterator

from daemon.doctor.base import Finding
from daemon.origin import WrongOrigin, check_origin


def origin() -> Iterator[Finding]:
    try:
        check_origin()
    except WrongOrigin as error:
        yield Finding(
            check="packages", level="problem", seen=str(error), do="python3 -m venv, and install it there alone"
        )
    else:
        yield Finding(check="packages", level="ok", seen="store, trainer, evaluator and daemon are finsdistill's own")
