"""Markup that a standards-following parser needs quadratic time or memory for, found and undone before it is parsed.

Measured with lexbor (selectolax 1.0.2): 16,000 nested `<div>` take 0.7 s and a million would take an hour; unclosed
formatting elements are opened again in every paragraph, which multiplies their number by that of the paragraphs."""

import re
from typing import Final

from daemon.filing.errors import FilingUnreadable

_VOID: Final = "area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr"
# XHTML closes empty elements in place; an HTML parser would leave them open around everything that follows.
_SELF_CLOSED: Final = re.compile(rf"<(?!(?:{_VOID})\b)([A-Za-z][\w:.-]{{0,60}})((?:\s[^<>]*)?)/>", re.IGNORECASE)
# Elements whose end may be left out are ended by the parser itself and do not pile up.
_TAG: Final = re.compile(
    rf"<(/?)(?!(?:{_VOID}|p|li|tr|td|th|tbody|thead|tfoot|dd|dt|option|colgroup|h[1-6]|html|body|head|script|style)\b)"
    r"([A-Za-z][\w:.-]*)",
    re.IGNORECASE,
)
_CONTAINERS: Final = frozenset(
    ("div", "table", "ul", "ol", "dl", "dir", "menu", "blockquote", "center", "section", "article", "form", "fieldset")
)
_INLINE_TAG: Final = re.compile(
    r"</?(?:a|abbr|acronym|b|big|cite|code|del|em|font|i|ins|kbd|nobr|s|samp|small|span|strike|strong|sub|sup|tt|u|var|"
    r"[a-z]+:[\w.-]+)\b[^<>]*>",
    re.IGNORECASE,
)
_DEEPEST: Final = 1000  # containers in containers; the deepest real filing seen has 30
_MOST_OPEN: Final = 500  # inline elements open at once; a real filing with careless markup may have some dozens


def untangled(text: str) -> str:
    """The same document, safe to parse in linear time. Inline markup goes if too much of it is left open.
    Raises FilingUnreadable(reason="too_tangled") where containers nest too deep."""
    text = _SELF_CLOSED.sub(r"<\1\2></\1>", text)
    containers = inline = deepest = most_open = 0
    for found in _TAG.finditer(text):
        step = -1 if found[1] else 1
        if found[2].lower() in _CONTAINERS:
            containers = max(0, containers + step)
            deepest = max(deepest, containers)
        else:
            inline = max(0, inline + step)
            most_open = max(most_open, inline)
    if deepest > _DEEPEST:
        raise FilingUnreadable("too_tangled", f"{deepest:,} elements stand inside each other, more than {_DEEPEST:,}")
    return _INLINE_TAG.sub("", text) if most_open > _MOST_OPEN else text
