"""HTML: one lexbor tree, walked once, without recursion, hidden parts left out."""

from typing import Final, Protocol

from selectolax.lexbor import LexborHTMLParser, LexborNode

from daemon.filing.figures import without_figures
from daemon.filing.looks import Look, look_of
from daemon.filing.tangle import untangled

_SKIPPED_TAGS: Final = """
script style head title noscript template svg math object iframe select textarea button ix:header
ix:hidden ix:references ix:resources xbrl
"""
_TEXT: Final = "-text"
_UNNAMED: Final = "-"  # a processing instruction, for one
_NO_ELEMENTS: Final = (_UNNAMED, "-comment", "-doctype", "-document")
_SKIPPED: Final = frozenset([*_SKIPPED_TAGS.split(), *_NO_ELEMENTS])
_MOST_LOOKS: Final = 10_000  # remembered at once; real filings have a few hundred


class Sink(Protocol):
    """What a walk tells: elements as they open and close, and the text between. It is silent about inline elements."""

    def open(self, look: Look) -> None: ...
    def close(self, look: Look) -> None: ...
    def text(self, text: str, *, emphatic: bool) -> None: ...
    def preformatted(self, text: str) -> None: ...


def fill(text: str, sink: Sink, *, figures: bool) -> None:
    """Tells the visible parts of an HTML document to `sink`, in document order. Without `figures` most rows of tables of
    figures are left out before it is parsed, which saves time and memory."""
    tree = LexborHTMLParser(_markup(text, figures=figures))
    tree.raw_html = b""  # the tree does without
    if tree.body is not None:
        _Walk(sink, frozenset(node.mem_id for node in tree.body.css("[hidden]"))).run(tree.body)


def _markup(text: str, *, figures: bool) -> bytes:
    """A function of its own, so that what it makes on the way is gone when the tree is made."""
    markup = _without_header(text).encode("utf-8", "replace")
    return untangled(markup if figures else without_figures(markup))


def _without_header(text: str) -> str:
    """Less the hidden facts of inline XBRL, a tenth of a filing's markup or, rarely, three quarters, which would be parsed
    only to be passed by."""
    stop = text.find("</ix:header>")
    start = text.rfind("<ix:header", 0, max(stop, 0))
    return text if start < 0 else text[:start] + text[stop:]


class _Walk:
    """Depth first over a stack of its own: a filing nested a million deep costs no recursion."""

    def __init__(self, sink: Sink, hidden: frozenset[int]) -> None:
        self._sink = sink
        self._hidden = hidden
        self._looks: dict[tuple[str, str], Look] = {}

    def run(self, body: LexborNode) -> None:
        """Some 50,000 nodes of a large filing pass here, so each is asked for as little as will do."""
        sink, hidden, looks = self._sink, self._hidden, self._looks
        say, enter, leave = sink.text, sink.open, sink.close
        above: list[tuple[LexborNode, Look, bool]] = []
        emphatic = False
        node = body.first_child
        while node is not None or above:
            if node is None:
                node, look, emphatic = above.pop()
                if not look.inline:
                    leave(look)
            elif (tag := node.tag or _UNNAMED) == _TEXT:
                say(node.text_content or "", emphatic=emphatic)
            elif tag not in _SKIPPED:
                style = node.attrs.sget("style")
                look = looks.get((tag, style)) or self._first_look(tag, style)
                if look.hidden or (hidden and node.mem_id in hidden):
                    pass
                elif tag == "pre":
                    sink.preformatted(node.text(deep=True) or "")
                else:
                    if not look.inline:
                        enter(look)
                    above.append((node, look, emphatic))
                    if look.emphatic is not None:
                        emphatic = look.emphatic
                    node = node.first_child
                    continue
            node = node.next

    def _first_look(self, tag: str, style: str) -> Look:
        if len(self._looks) >= _MOST_LOOKS:
            self._looks.clear()
        self._looks[tag, style] = look = look_of(tag, style)
        return look
