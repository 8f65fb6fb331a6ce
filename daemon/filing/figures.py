"""Rows of figures, told in the markup and left out before it is parsed: tables hold four fifths of a filing's elements, and
`tables.decide` would keep next to nothing of them.

Only what certainly comes to nothing goes: rows of tables of figures in clean markup, without a sentence, a heading or an
officer. All else is left to the parser. `tests/daemon/filing/test_figures.py` holds both ways against each other."""

import html
import re
from functools import lru_cache
from itertools import compress
from typing import Final

from daemon.filing.blocks import one_line, visible
from daemon.filing.prose import is_sentence, words

_TABLE: Final = re.compile(rb"<(/?)table(?=[\t\n\f\r >/])", re.IGNORECASE)
# What is inside stays text.
_VERBATIM: Final = re.compile(rb"<(?:pre|xmp|plaint|noem|nofr)")
_TAG: Final = re.compile(rb"<([^>]*)>")
_NO_BRACKETS: Final = bytes(code for code in range(256) if code not in b"<>")
# A tag that ends where it seems to, with its name; the same for what is no element.
_CLEAN: Final = re.compile(
    rb"</?([a-z][a-z0-9:]*)(?=[\t\n\f\r >/])"
    rb"(?:[\t\n\f\r ]++[^\t\n\f\r \"'<>/=]++"
    rb"(?:[\t\n\f\r ]*+=[\t\n\f\r ]*+(?:\"[^\"<]*+\"|'[^'<]*+'|[^\t\n\f\r \"'=<>`]++))?+)*+[\t\n\f\r ]*+/?>"
)
_NO_ELEMENT: Final = re.compile(rb"<!--(?:[^<>]*[^<>-])?-->|<!doctype[^<>]*>|<\?[^<>]*>")
_DEEPEST: Final = 8  # tables in tables; very deep ones are not told apart later
_GAP: Final = b"<tr><td>"  # what a run of rows that go comes to
_FIGURES: Final = _GAP + b"a<td>0"  # the same in a table of figures

# What a tag is to its table, a byte each, between which the text stands. A void cell is hidden or closed in place.
_OTHER, _ROW, _CELL, _CELL_END, _ROW_END, _SECTION, _RULE, _VOID, _STRANGE = (bytes((code,)) for code in range(9))
_NO_TEXT: Final = bytes([*range(9), 0x0B, *range(0x0E, 0x20), 0x7F]) + b"<>"
_NO_TEXT_BEHIND: Final = bytes(code in b"\x01\x03\x04\x05\x07" for code in range(256))
_VOID_TO_CELL: Final = bytes.maketrans(_VOID, _CELL)
_SECTIONS: Final = frozenset((b"tbody", b"thead", b"tfoot", b"col", b"colgroup"))
# They neither hide nor move what stands in their cell, and end no page.
_HARMLESS: Final = frozenset(
    b"div p span font b br i u a sup sub em strong small center img ix:nonfraction ix:nonnumeric ix:continuation".split()
)
_STYLED: Final = re.compile(rb"display\s*:|visibility|break-(?:before|after)|(?<!overflow:)(?<!-ix-)hidden")
_NOT_SHOWN: Final = re.compile(rb"display\s*:\s*none\s*;?[\"']\s*/?>")

# Cells outside all rows, and markup of text outside all cells: a parser moves them elsewhere.
_ASTRAY: Final = (
    *(first + then for first in (_ROW_END, _SECTION) for then in (_OTHER, _CELL, _CELL_END, _RULE, _VOID)),
    *(first + then for first in (_ROW, _CELL_END, _VOID) for then in (_OTHER, _RULE)),
)
# Text that a look at its bytes takes for other text: references without their end, and characters that nobody sees.
_REFERENCE: Final = re.compile(rb"&[#a-z][#a-z0-9]*+;?")
_UNSEEN: Final = re.compile(
    rb"\xc2[\x80-\x9f\xad]|\xd8\x9c|\xe1\xa0\x8e|\xe2\x80[\x8b-\x8f\xaa-\xae]|\xe2\x81[\xa0-\xaf]|\xef[\xb8\xbb\xbf]|\xf3\xa0"
)
_EMPTY_CELL: Final = re.compile(rb"\x02[\s\x00\x06]*+(?=[\x01\x02]|\Z)")
_EIGHT_WORDS: Final = re.compile(rb"\x02([^a-z\x01\x02]*+(?:[a-z]++[^a-z\x01\x02]++){7}[a-z][^\x01\x02]*+)")
_HEADING: Final = re.compile(rb"\s*+(?:\x02(?:[^\w\x01\x02&]|&[#a-z0-9]*+;)*+)++(?:item|part)")
_BEHIND_LABEL: Final = re.compile(rb"[!-:<-~]\s*+\x02[\s$(]*+\d[\d,.]*+[\s)%]*+(?:\x02|\Z)")
_AGE: Final = re.compile(rb"\x02\s*+[2-9]\d\s*+(?:[\x01\x02]|\Z)")
_FIVE_WORDS: Final = re.compile(rb"(?:[a-z]++[^a-z\x02]++){4}[a-z]")
_SPACES: Final = (b"&nbsp;", b"&#160;", b"\xc2\xa0")
_SPACE: Final = b" \t\r\n\f"
_MAY_END: Final = tuple(bytes((sign,)) for sign in b".!?:;)]'\"")


def without_figures(markup: bytes) -> bytes:
    """The same document, most rows of its tables of figures left out."""
    meanings = _Meanings()
    kept: list[bytes] = []
    passed = _Passed()
    done = depth = looked_at = begin = 0
    for tag in _TABLE.finditer(markup):
        if not tag[1]:
            if not passed.covers(markup[looked_at : tag.start()]):
                break
            depth, looked_at, begin = depth + 1, tag.start(), markup.find(b">", tag.start()) + 1
            continue
        opens = begin > 0 and markup[begin - 2 : begin - 1] != b"/"  # as in XHTML it would be closed already
        if opens and depth <= _DEEPEST and passed.covers(markup[looked_at:begin]):
            rows = _lighter(markup[begin : tag.start()], meanings)
            if rows is not None:
                kept += (markup[done:begin], rows)
                done = looked_at = tag.start()
        begin, depth = 0, max(0, depth - 1)
    return b"".join((*kept, markup[done:]))


class _Passed(set[bytes]):
    """The different tags in front of a table, all clean: no table stands in a comment, an attribute or a text then."""

    def covers(self, markup: bytes) -> bool:
        parts = _parts(markup)
        tags = _TAG.findall(markup) if parts is None else parts[1::2]
        if parts is None and markup.count(b"<") != len(tags):
            return False
        new = set(tags) - self
        if not all(map(_is_clean, new)):
            return False
        self.update(new)
        return True


def _parts(markup: bytes) -> list[bytes] | None:
    """Texts and tags in turn, the tags without their brackets; None where brackets do not come in pairs."""
    parts = markup.replace(b"<", b">").split(b">")
    return parts if markup.translate(None, _NO_BRACKETS) == b"<>" * (len(parts) // 2) else None


def _blank(tag: bytes) -> bytes:
    """Less what stands in its double quotes, if they are all that it has. The tags of facts differ in nothing else, and
    there are thousands."""
    pieces = tag.split(b'"')
    return b'""'.join(pieces[::2]) if len(pieces) % 2 and b"'" not in tag else tag


def _is_clean(tag: bytes) -> bool:
    return _is_clean_shape(_blank(tag))


@lru_cache(maxsize=1000)
def _is_clean_shape(blank: bytes) -> bool:
    tag = b"<%b>" % blank.lower()
    clean = _CLEAN.fullmatch(tag) or _NO_ELEMENT.fullmatch(tag)
    return clean is not None and _VERBATIM.match(tag) is None


class _Meanings(dict[bytes, bytes]):
    """The code of each tag, found out once: a filing has a hundred thousand tags and some hundred different ones, and the
    names of facts in inline XBRL."""

    def __missing__(self, tag: bytes) -> bytes:
        blank = _blank(tag).lower()
        self[tag] = code = _code(tag.lower() if b"style" in blank else blank)
        return code


@lru_cache(maxsize=1000)
def _code(inside: bytes) -> bytes:
    """Of a tag in small letters, given without its brackets."""
    tag = b"<%b>" % inside
    named = _CLEAN.fullmatch(tag)
    if named is None:
        return _STRANGE
    name, ends, closed = named[1], tag[1:2] == b"/", tag.endswith(b"/>")
    is_cell = name in {b"td", b"th"}
    if (b"style" in tag or b"hidden" in tag) and _STYLED.search(tag):
        void = is_cell and not ends and len(_STYLED.findall(tag)) == 1 and _NOT_SHOWN.search(tag) is not None
        return _VOID if void else _STRANGE
    if is_cell:
        return _CELL_END if ends else _VOID if closed else _CELL
    if name == b"tr":
        return _STRANGE if closed else _ROW_END if ends else _ROW
    if name == b"hr":
        return _OTHER if ends else _RULE
    return _SECTION if name in _SECTIONS else _OTHER if name in _HARMLESS else _STRANGE


def _lighter(table: bytes, meanings: _Meanings) -> bytes | None:
    """What stands between a table's tags, less its rows of figures; None if it is not known for one of figures."""
    parts = _parts(table)
    if parts is None:
        return None
    codes = list(map(meanings.__getitem__, parts[1::2]))
    said = _said(parts[0::2], codes)
    if said is None:
        return None
    filled = _EMPTY_CELL.sub(b"", said)
    joined = filled.translate(None, _OTHER + _RULE)
    rows = joined.split(_ROW)[1:]
    if 5 * sum(map(bool, map(_BEHIND_LABEL.search, rows))) < max(1, len(rows)):
        return None
    stays = _stays(said, filled, joined)
    if all(stays):
        return None
    if not any(stays):
        return _GAP
    pieces = table.split(b"<")
    starts = [i for i, code in enumerate(codes, 1) if code == _ROW]
    out: list[bytes] = []
    figures = _FIGURES * max(1, -(-sum(stays) // 4))  # so many that it is a table of figures still
    for start, stop, stay in zip(starts, (*starts[1:], len(pieces)), stays, strict=True):
        if stay:
            out += (b"<", b"<".join(pieces[start:stop]))
        elif not out or not out[-1].endswith(_FIGURES):
            out.append(figures)
            figures = _FIGURES
    return b"".join(out)


def _said(texts: list[bytes], codes: list[bytes]) -> bytes | None:
    """Rows, cells and text in small letters, as in `\\1\\2net sales\\2$\\21,234`, with a zero byte for any other tag and `\\6`
    for a rule. None where something is hidden, moved or not clean."""
    coded = b"".join(codes)
    if _STRANGE in coded or any(map((_SECTION + coded).__contains__, _ASTRAY)):
        return None
    astray = compress(texts, (_SECTION + coded).translate(_NO_TEXT_BEHIND))
    mixed = texts + codes
    mixed[0::2], mixed[1::2] = texts, codes
    said = b"".join(mixed).lower()
    if b"".join(astray).strip(_SPACE) or len(said) - len(said.translate(None, _NO_TEXT)) != len(codes):
        return None  # text outside all cells, or a bracket, a control character or one of our bytes in the text
    if not all(map(_is_a_sign, set(_REFERENCE.findall(said)))) or (not said.isascii() and _UNSEEN.search(said)):
        return None
    for space in _SPACES:
        said = said.replace(space, b" ")
    return said.translate(_VOID_TO_CELL, _CELL_END + _ROW_END + _SECTION)


@lru_cache(maxsize=1000)
def _is_a_sign(reference: bytes) -> bool:
    """Whether it stands for a character that is seen, and for no letter that a word may be made of."""
    sign = html.unescape(reference.decode())
    is_letter = sign.isascii() and sign.isalpha()
    return reference.endswith(b";") and len(sign) == 1 and not is_letter and visible(sign) == sign


def _stays(said: bytes, filled: bytes, joined: bytes) -> list[bool]:
    """For each row whether it may be more than figures."""
    rows = joined.split(_ROW)[1:]
    stays = [_HEADING.match(row) is not None for row in rows]
    if _EIGHT_WORDS.search(filled):
        for i, row in enumerate(filled.split(_ROW)[1:]):
            stays[i] |= any(_may_be_sentence(found[1]) for found in _EIGHT_WORDS.finditer(row))
    if _AGE.search(joined):
        for i, row in enumerate(rows):
            stays[i] |= _AGE.search(row) is not None and _FIVE_WORDS.search(row) is not None
    for i, row in enumerate(said.split(_ROW)[1:]):
        stays[i] |= _CELL not in row or _RULE in row
    return stays


def _may_be_sentence(cell: bytes) -> bool:
    """Whether the cell or a block in it is one."""
    runs = cell.replace(_RULE, _OTHER).strip(_OTHER + _SPACE).split(_OTHER)
    if len(runs) == 1:
        return is_sentence(_text(runs[0]))
    return len(words(_text(b" ".join(runs)))) >= 25 or any(_may_end(run.rstrip()) for run in runs)


def _may_end(run: bytes) -> bool:
    """Whether a sentence may end with it; a sign of several bytes may be a quote behind the full stop."""
    return run.endswith(_MAY_END) or run[-1:] >= b"\x80"


def _text(markup: bytes) -> str:
    return one_line(html.unescape(markup.decode("utf-8", "replace")))
