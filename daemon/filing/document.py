"""From a file's bytes to the documents worth reading: refusals, decoding, and selection out of a full submission."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from daemon.filing.errors import FilingUnreadable, Reason
from daemon.filing.foreign import refuse_foreign_text
from daemon.forms import Form, form_of

_MOST_BROKEN: Final = 20  # characters of several bytes for each broken one, or more, in a text that is UTF-8
MAX_BYTES: Final = 100_000_000  # the largest 10-K submissions are about half of this, graphics included

_DOCUMENT: Final = re.compile(r"<DOCUMENT>[ \t]*\r?$|<DOCUMENT>\s*<TYPE>", re.IGNORECASE | re.MULTILINE)
_TYPE: Final = re.compile(r"<TYPE>\s*([^\s<][^<\r\n]{0,40})", re.IGNORECASE)
_TEXT: Final = re.compile(r"<TEXT>", re.IGNORECASE)
_TEXT_END: Final = re.compile(r"</TEXT>|</DOCUMENT>", re.IGNORECASE)
_NOT_TEXT: Final = re.compile(r"\s*(?:<PDF>|begin \d{3} |%PDF)", re.IGNORECASE)
# Inline XBRL stands in a wrapper of its own inside <TEXT>, and so do XML and PDF.
_WRAPPER: Final = re.compile(r"\s*<(?:XBRL|XML)>\s*", re.IGNORECASE)
_PEM: Final = re.compile(r"-----(?:BEGIN|END) PRIVACY-ENHANCED MESSAGE-----")
_PEM_HEADER: Final = re.compile(r"\s*-----BEGIN PRIVACY-ENHANCED MESSAGE-----.{0,4000}?\n\s*\n", re.DOTALL)
# uuencode has no small letters; its full lines begin with M.
_ENCODED: Final = re.compile(
    r"^begin [0-7]{3} \S.*\nM[\x20-\x60]{60}[ \t\r]*\n(?:[\x20-\x60]{1,64}[ \t\r]*\n)*(?:end\b)?", re.MULTILINE
)
# Windows-1252 that was taken for Latin-1 on its way to UTF-8.
_LATIN: Final = re.compile(rb"\xc2[\x80-\x9f]")
_FROM_LATIN: Final = {i: bytes((i,)).decode("cp1252", errors="ignore") or None for i in range(0x80, 0xA0)}
_HTML: Final = re.compile(r"<(?:html|body|div|p|font|tr|td|span|br)\b[^<>]*>", re.IGNORECASE)
_PRE: Final = re.compile(r"<pre\b", re.IGNORECASE)
_MAGIC: Final[tuple[tuple[bytes, Reason], ...]] = (
    (b"%PDF", "pdf"),
    (b"PK\x03\x04", "binary"),
    (b"\x1f\x8b", "binary"),
    (b"\x89PNG", "binary"),
    (b"\xff\xd8\xff", "binary"),
    (b"GIF8", "binary"),
    (b"\xd0\xcf\x11\xe0", "binary"),
)


@dataclass(frozen=True)
class Document:
    """One document of a filing. `annual_report` marks an Exhibit 13, where MD&A and statements may sit; `kind` is the type
    that its submission declares."""

    text: str
    html: bool
    annual_report: bool
    form: Form | None
    kind: str | None = None


def documents(body: bytes) -> tuple[Document, ...]:
    """The main document, then any Exhibit 13; all other exhibits, graphics, PDFs and data files are left out.
    Raises FilingUnreadable for bytes that are no whole filing."""
    refuse_bytes(body)
    text = decoded(body)
    _refuse_text(text)
    found = tuple(_selected(text)) if _DOCUMENT.search(text) else (_document(text, None),)
    if not found:
        raise FilingUnreadable("not_a_filing", "the submission holds no 10-K document")
    return found


def decoded(body: bytes) -> str:
    """UTF-8 if it is, else Windows-1252, whatever the file declares: declarations are often wrong."""
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return body.decode("utf-16", errors="replace")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _mended(body) or body.decode("cp1252", errors="replace").replace("\ufffd", " ")
    return text.translate(_FROM_LATIN) if b"\xc2" in body and _LATIN.search(body) else text


def _mended(body: bytes) -> str | None:
    """UTF-8 with a few broken bytes; None where broken ones are no exception."""
    text = body.decode("utf-8-sig", errors="replace")
    broken = text.count("\ufffd")
    sound = len(body) - len(text) - broken  # each character of more than one byte is shorter by one at least
    return text.replace("\ufffd", " ") if broken * _MOST_BROKEN < sound else None


def refuse_bytes(body: bytes) -> None:
    """Raises FilingUnreadable for bytes that cannot be text: too many, none, or of another format."""
    if len(body) > MAX_BYTES:
        raise FilingUnreadable("too_large", f"{len(body):,} bytes, more than {MAX_BYTES:,}")
    if not body or body.isspace():
        raise FilingUnreadable("empty", f"{len(body)} bytes, all white space")
    for magic, reason in _MAGIC:
        if body.startswith(magic):
            raise FilingUnreadable(reason, f"it starts with {magic!r}")
    if not body.startswith((b"\xff\xfe", b"\xfe\xff")) and body.count(0) * 10 > len(body):
        raise FilingUnreadable("binary", f"{body.count(0):,} of {len(body):,} bytes are null")


def _refuse_text(text: str) -> None:
    refuse_foreign_text(text)
    _refuse_cut_text(text)


def refuse_cut(body: bytes) -> None:
    """Raises FilingUnreadable(reason="truncated") for bytes that stop before their end."""
    _refuse_cut_text(decoded(body))


def _refuse_cut_text(text: str) -> None:
    if _is_cut(text):
        raise FilingUnreadable("truncated", f"{len(text):,} characters that stop before their end")


def _is_cut(text: str) -> bool:
    """A submission ends with `</DOCUMENT>`. A bare HTML document ends with `</html>`, or, as some old ones do not, at
    least outside a tag and behind its signatures."""
    head, tail = text[:5000].lower(), text[-20_000:].lower()
    if "<document>" in head:
        low = tail if "</document>" in tail else text.lower()
        return low.rfind("</document>") <= low.rfind("<document>")
    if "<html" not in head or "</html>" in tail or "</body>" in tail:
        return False
    if head.lstrip().startswith("<?xml"):  # inline XBRL is XHTML, which must close what it opens
        return True
    in_a_tag = tail.rfind("<") > tail.rfind(">")
    return in_a_tag or "signature" not in text[len(text) * 6 // 10 :].lower()


def _selected(text: str) -> Iterator[Document]:
    """The documents of our forms and the annual reports; the first document if none declares a form of ours."""
    parts = list(_parts(text))
    wanted = [part for part in parts if form_of(part[0]) or part[0].upper().startswith("EX-13")]
    if not any(form_of(kind) for kind, _ in wanted):
        wanted = [part for part in parts[:1] if not part[0].upper().startswith(("EX-", "GRAPHIC"))] + wanted
    main_first = sorted(wanted, key=lambda part: form_of(part[0]) is None)
    for kind, content in main_first:
        if not _NOT_TEXT.match(content):
            yield _document(content, kind)


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """(declared type, content) of each `<DOCUMENT>`; one without `<TYPE>` has the type ''."""
    starts = [found.start() for found in _DOCUMENT.finditer(text)]
    for start, stop in zip(starts, [*starts[1:], len(text)], strict=True):
        kind = _TYPE.search(text, start, min(stop, start + 2000))
        opened = _TEXT.search(text, start, min(stop, start + 4000))
        begin = opened.end() if opened else (kind.end() if kind else start)
        closed = _TEXT_END.search(text, begin, stop)
        yield (kind[1].strip() if kind else "", text[begin : closed.start() if closed else stop])


def _document(text: str, kind: str | None) -> Document:
    annual = (kind or "").upper().startswith("EX-13")
    wrapper = _WRAPPER.match(text)
    text = text[wrapper.end() :] if wrapper else text
    markup = is_html(text)
    return Document(text if markup else _bare(text), markup, annual, form_of(kind) if kind else None, kind)


def _bare(text: str) -> str:
    """Plain text without what was laid around and into it: PEM, uuencoded graphics, entities of SGML."""
    if "PRIVACY-ENHANCED" in text:
        text = _PEM.sub("", _PEM_HEADER.sub("", text, count=1))
    if "begin " in text:
        text = _ENCODED.sub("", text)
    return html.unescape(text) if "&" in text else text


def is_html(text: str) -> bool:
    """Plain text of the 1990s has SGML tags of its own (`<PAGE>`, `<TABLE>`, `<S>`), so only tags of real markup count."""
    found = 0
    for _ in _HTML.finditer(text):
        found += 1
        if found >= 5:
            return True
    return _PRE.search(text) is not None and found > 0
