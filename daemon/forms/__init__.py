"""The forms this service reads. A new one is one file and one line here."""

import re
from functools import lru_cache
from typing import Final

from daemon.forms.base import Form, FormItem, FormName, squeezed
from daemon.forms.ten_k import TEN_K
from daemon.forms.ten_ksb import TEN_KSB

__all__ = ["FORMS", "Form", "FormItem", "FormName", "form_name", "form_of", "one_name"]

FORMS: Final[tuple[Form, ...]] = (
    TEN_K,
    TEN_KSB,
)

_BY_NAME: Final = {squeezed(name): (name, form) for form in FORMS for name in form.names}
_AMENDMENT: Final = re.compile(r"\s*/\s*A\b.*$", re.IGNORECASE)


def form_name(name: str) -> FormName | None:
    """EDGAR's spelling of a form of ours, however it is written (`10KSB`, `form 10-k/a`); None for any other form."""
    base = _AMENDMENT.sub("", name)
    found = _BY_NAME.get(squeezed(re.sub(r"(?i)^\s*form\s+", "", base)))
    if found is None:
        return None
    amendment = base != name
    return FormName(f"{found[0]}/A" if amendment else found[0], amendment)


@lru_cache(maxsize=4096)  # an index has a quarter of a million rows of some hundred forms
def one_name(name: str) -> str:
    """A form under the name that it has here, however it is written: EDGAR's lists say `10KSB`, people `10-KSB`. Any other
    form in capitals."""
    known = form_name(name)
    return known.name if known else name.strip().upper()


def form_of(name: str) -> Form | None:
    """The form that a submission type belongs to, amendments included; None for a form we do not read."""
    found = _BY_NAME.get(squeezed(_AMENDMENT.sub("", re.sub(r"(?i)^\s*form\s+", "", name))))
    return found[1] if found else None
