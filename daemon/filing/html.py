"""HTML to blocks: one lexbor tree, walked once, without recursion."""

import re
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from daemon.filing.assembly import Assembly

_VOID: Final = "area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr"
# XHTML closes empty elements in place; an HTML parser would leave them open around everything that follows.
_SELF_CLOSED: Final = re.compile(rf"<(?!(?:{_VOID})\b)([A-Za-z][\w:.-]*)((?:\s[^<>]*)?)/>", re.IGNORECASE)
_SKIPPED: Final = frozenset(
    "script style head title noscript template svg math object iframe select textarea button ix:header ix:hidden "
    "ix:references ix:resources xbrl".split()
)
_HIDDEN: Final = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


def fill(text: str, assembly: Assembly) -> None:
    """Adds the visible blocks of an HTML document to `assembly`, in document order."""
    tree = LexborHTMLParser(_SELF_CLOSED.sub(r"<\1\2></\1>", text))
    if tree.body is not None:
        _walk(tree.body, assembly)


def _walk(body: LexborNode, assembly: Assembly) -> None:
    """Depth first by sibling and parent links: a filing nested a million deep costs no stack."""
    depth = 0
    node: LexborNode | None = body.first_child
    while node is not None:
        child = _enter(node, assembly)
        if child is not None:
            node, depth = child, depth + 1
            continue
        following = node.next
        while following is None and depth > 0:
            node = node.parent
            if node is None:
                return
            depth -= 1
            assembly.close(node.tag or "")
            following = node.next
        node = following


def _enter(node: LexborNode, assembly: Assembly) -> LexborNode | None:
    """Takes a node in; its first child if the walk should go down."""
    if node.is_text_node:
        assembly.text(node.text_content or "")
        return None
    tag = node.tag or ""
    if tag in _SKIPPED or not node.is_element_node:
        return None
    attributes = node.attributes
    style = attributes.get("style") or ""
    if "hidden" in attributes or (style and _HIDDEN.search(style)):
        return None
    if tag == "pre":
        assembly.preformatted(node.text_content or "")
        return None
    assembly.open(tag, style, attributes.get("align") or "")
    child = node.first_child
    if child is None:
        assembly.close(tag)
    return child
