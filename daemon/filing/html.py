"""HTML: one lexbor tree, walked once, without recursion, hidden parts left out."""

import re
from typing import Final, Protocol

from selectolax.lexbor import LexborHTMLParser, LexborNode

from daemon.filing.tangle import untangled

_BLOCKS: Final = """
address article aside blockquote body caption center dd details dir div dl dt fieldset figcaption
figure footer form h1 h2 h3 h4 h5 h6 header hr legend li main menu nav ol p section summary table
tbody td tfoot th thead tr ul document type sequence filename description text page pdf
"""
_SKIPPED_TAGS: Final = """
script style head title noscript template svg math object iframe select textarea button ix:header
ix:hidden ix:references ix:resources xbrl
"""
BLOCK_TAGS: Final = frozenset(_BLOCKS.split())
_SKIPPED: Final = frozenset(_SKIPPED_TAGS.split())
_HIDDEN: Final = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


class Sink(Protocol):
    """What a walk tells: elements as they open and close, and the text between."""

    def open(self, tag: str, style: str) -> None: ...
    def close(self, tag: str) -> None: ...
    def text(self, text: str) -> None: ...
    def preformatted(self, text: str) -> None: ...


def fill(text: str, sink: Sink) -> None:
    """Tells the visible parts of an HTML document to `sink`, in document order."""
    tree = LexborHTMLParser(untangled(text))
    if tree.body is not None:
        _walk(tree.body, sink)


def _walk(body: LexborNode, sink: Sink) -> None:
    """Depth first by sibling and parent links: a filing nested a million deep costs no stack."""
    depth = 0
    node: LexborNode | None = body.first_child
    while node is not None:
        child = _enter(node, sink)
        if child is not None:
            node, depth = child, depth + 1
            continue
        following = node.next
        while following is None and depth > 0:
            node = node.parent
            if node is None:
                return
            depth -= 1
            sink.close(node.tag or "")
            following = node.next
        node = following


def _enter(node: LexborNode, sink: Sink) -> LexborNode | None:
    """Takes a node in; its first child if the walk should go down."""
    if node.is_text_node:
        sink.text(node.text_content or "")
        return None
    tag = node.tag or ""
    if tag in _SKIPPED or not node.is_element_node:
        return None
    attributes = node.attributes
    style = attributes.get("style") or ""
    if "hidden" in attributes or (style and _HIDDEN.search(style)):
        return None
    if tag == "pre":
        sink.preformatted(node.text(deep=True) or "")
        return None
    sink.open(tag, style)
    child = node.first_child
    if child is None:
        sink.close(tag)
    return child
