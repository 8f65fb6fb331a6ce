"""Pages that EDGAR sends in a filing's place. They must never be taken for one."""

from typing import Final

from daemon.filing.errors import FilingUnreadable

_SMALL: Final = 100_000  # error pages and viewer shells are a few kilobytes; filings are larger or lack these words
_REFUSALS: Final = (
    "Undeclared Automated Tool",
    "Request Rate Threshold Exceeded",
    "<Code>AccessDenied</Code>",
    "<Code>NoSuchKey</Code>",
    "SEC.gov | File Unavailable",
    "SEC.gov | Request Rate",
    "<title>403 Forbidden",
    "<title>404 Not Found",
    "<title>503 Service",
    "Access Denied</title>",
)


def refuse_foreign_page(body: bytes) -> None:
    """Raises FilingUnreadable(reason="refusal_page" or "viewer_shell")."""
    if len(body) < _SMALL:
        refuse_foreign_text(body.decode("latin-1"))


def refuse_foreign_text(text: str) -> None:
    """Raises FilingUnreadable(reason="refusal_page" or "viewer_shell")."""
    if len(text) >= _SMALL:
        return
    for phrase in _REFUSALS:
        if phrase in text:
            raise FilingUnreadable("refusal_page", f"it says {phrase!r}")
    if "ixvFrame" in text or "<title>XBRL Viewer" in text:
        raise FilingUnreadable("viewer_shell", "it is EDGAR's XBRL viewer, which loads the filing elsewhere")
