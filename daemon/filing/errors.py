"""Why a file cannot be read as a filing."""

from typing import Literal

from store.errors import FinsdistillError

Reason = Literal[
    "empty",
    "too_large",
    "pdf",
    "binary",
    "refusal_page",
    "viewer_shell",
    "truncated",
    "too_tangled",
    "not_a_filing",
    "no_prose",
    "sidecar",
]

_NEXT: dict[Reason, str] = {
    "empty": "download it again",
    "too_large": "drop the main document alone instead of the whole submission",
    "pdf": "drop the filing's .htm or .txt document",
    "binary": "drop the filing's .htm or .txt document, unpacked",
    "refusal_page": "wait, then download it again with a declared User-Agent",
    "viewer_shell": "download the document itself, without `/ix?doc=` in its address",
    "truncated": "download it again, to its end",
    "too_tangled": "drop the filing's plain-text submission instead",
    "not_a_filing": "drop a 10-K, 10-K405, 10-KT or 10-KSB as EDGAR serves it",
    "no_prose": "check that the file holds the filing's text and not only its tables or a cover",
    "sidecar": "correct the .json file beside the filing, or remove it",
}


class FilingUnreadable(FinsdistillError):
    """The bytes are no filing that text can be taken from. `reason` is stable and countable; `detail` has the values."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"the filing cannot be read ({reason}): {detail}; {_NEXT[reason]}")
        self.reason: Reason = reason
        self.detail = detail
