"""What an Item must look like to be believed. What fails is kept and marked: no teacher is asked about it."""

from typing import Final

from daemon.filing.references import Standing
from daemon.filing.section import Section
from daemon.forms import Form

NO_HEADING: Final = "no_heading"
IMPLAUSIBLE_LENGTH: Final = "implausible_length"
CROSS_REFERENCE_STUB: Final = "cross_reference_stub"
LITTLE_PROSE: Final = "little_prose"

_STUB: Final = 0.85  # of the prose only points elsewhere
_STUB_LENGTH: Final = 1500  # characters; a longer text is more than a stub, however often it refers
_LITTLE: Final = 0.35  # of the characters that are not in tables


def marks(section: Section, stands: Standing, form: Form) -> tuple[str, ...]:
    """The checks that an Item with text fails; none for one without."""
    if stands.status != "full":
        return ()
    failed = {
        NO_HEADING: not section.titled,
        IMPLAUSIBLE_LENGTH: not _is_plausible(section, stands.length, form),
        CROSS_REFERENCE_STUB: stands.length < _STUB_LENGTH and stands.pointing >= _STUB,
        LITTLE_PROSE: stands.prose < _LITTLE,
    }
    return tuple(name for name, fails in failed.items() if fails)


def _is_plausible(section: Section, length: int, form: Form) -> bool:
    item = next((item for item in form.items if item.key == section.item), None)
    if item is None:
        return True
    return (section.by_reference or length >= item.least) and length <= item.most
