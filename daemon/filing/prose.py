"""What is a sentence and what is a number, a name or a form field."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, NamedTuple

# The most frequent function words of running English; a list of names, places or captions has few of them.
_STOP_WORDS: Final = """
a about after all also among an and any are as at be because been before being between both but by
can could did do does during each for from had has have he her his how if in into is it its may more
most must no nor not of on only or other our out over shall she should since so some such than that
the their them then there these they this those through to under until up upon us was we were what
when where which while who whose will with within without would you your
"""
_STOP: Final = frozenset(_STOP_WORDS.split())
_SMALL_STOP: Final = frozenset(_STOP_WORDS.encode().split())
_WORD: Final = re.compile(r"[A-Za-z][A-Za-z'\u2019]*")
# What is no part of a word is a space, and what is, is small.
_IN_WORDS: Final = bytes(
    ord(chr(b).lower()) if chr(b).isalpha() or b == ord("'") else ord(" ") for b in range(128)
).ljust(256)
_END: Final = re.compile(r"[.!?:;][\"'\u2019\u201d)\]]*(\(\w{1,2}\))?$")
_NUMBER: Final = re.compile(r"[$\u20ac\u00a3\u00a5(]*[\d][\d,./]*[)%*]*|[-\u2013\u2014]+|n/?[am]\.?", re.IGNORECASE)
_SHORT_TEXT: Final = 400  # characters
_CLOSING: Final = 40  # characters in which a sentence's end stands, closing quotes and brackets included
_DIGITS: Final = b"0123456789"
_EIGHT_WORDS: Final = 15  # characters, at least
_JUDGED: Final = 5000  # characters of a block that are looked at: enough to know it, and a bound on its cost


def words(text: str) -> list[str]:
    return _WORD.findall(text)


def stop_share(tokens: list[str]) -> float:
    """Share of function words, 0 to 1."""
    return sum(map(_STOP.__contains__, map(str.lower, tokens))) / len(tokens) if tokens else 0.0


_Counts = tuple[int, int, int, int]


class _Shape(NamedTuple):
    """`words` and `letters` are counts, `stops` the share of function words; `digits` and `dense`, the letters, are
    shares, 0 to 1, of the characters that are not spaces."""

    words: int
    letters: int
    stops: float
    digits: float
    dense: float


def _shape(text: str) -> _Shape:
    """Of all its lines."""
    words_, letters, stops, digits = _counts(text) if "\n" not in text else _sums(map(_counts, text.split("\n")))
    solid = max(1, len(text) - text.count(" "))
    return _Shape(words_, letters, stops / max(1, words_), digits / solid, letters / solid)


def _sums(lines: Iterable[_Counts]) -> _Counts:
    words_, letters, stops, digits = map(sum, zip(*lines, strict=True))
    return words_, letters, stops, digits


@lru_cache(maxsize=10_000)
def _counts(line: str) -> _Counts:
    """Words, as `words` would find them, letters, function words and digits, counted in bytes: of a paragraph in a third of
    the time. Remembered, because a paragraph is asked about as a block and as a line of its passage."""
    plain = line.replace("\u2019", "'").encode("ascii", "replace")
    spaced = b" " + plain.translate(_IN_WORDS)
    while b"'" in spaced and b" '" in spaced:
        spaced = spaced.replace(b" '", b"  ")
    tokens = spaced.split()
    stops = sum(map(_SMALL_STOP.__contains__, tokens))
    digits = len(plain) - len(plain.translate(None, _DIGITS))
    return len(tokens), len(spaced) - spaced.count(b" "), stops, digits


def ends_sentence(text: str) -> bool:
    return _END.search(text[-_CLOSING:]) is not None


def is_prose(text: str) -> bool:
    """Running words, with function words among them and not mostly figures. A fragment without a sentence's end, as
    captions and labels are too, must be longer and plainer to count."""
    return _known_for_prose(text) if len(text) <= _JUDGED else _is_prose(text)


def _is_prose(text: str) -> bool:
    shape = _shape(text[:_JUDGED])
    if shape.words < 4 or shape.dense < 0.6 or shape.digits > 0.2:
        return False
    if ends_sentence(text):
        is_label = shape.words < 8 and text.endswith(":")
        return shape.stops >= (0.3 if is_label else 0.1)
    return shape.words >= 6 and shape.stops >= 0.2


# Asked by several steps of the same blocks.
_known_for_prose: Final = lru_cache(maxsize=10_000)(_is_prose)


def forget() -> None:
    """What is remembered of texts: of one filing it saves time, of those before only memory is lost."""
    _known_for_prose.cache_clear()
    _counts.cache_clear()


def is_sentence(text: str) -> bool:
    """Prose long enough, or closed well enough, to stand in a table cell and still be a sentence."""
    if len(text) < _EIGHT_WORDS:
        return False
    shape = _shape(text[:_JUDGED])
    if shape.words < 8 or shape.stops < 0.2 or shape.digits > 0.15:
        return False
    return shape.words >= 25 or ends_sentence(text)


def plainness(text: str) -> float:
    """How far a text is from being mostly figures or mostly names: 1 for everyday English, 0 where it is doubtful, below 0
    where it cannot stand alone before a reader. The weakest of its shares decides."""
    shape = _shape(text)
    if shape.words < 10:
        return -1.0
    mean = shape.letters / shape.words
    return min(
        (shape.stops - 0.24) / 0.16,
        (0.115 - shape.digits) / 0.1,
        (shape.dense - 0.79) / 0.15,
        (mean - 3.55) / 1.0,
        (7.3 - mean) / 1.5,
    )


def reads_plainly(text: str) -> bool:
    """It can stand alone. Of a short text more is asked: there a few words decide."""
    return plainness(text) >= (0.4 if len(text) < _SHORT_TEXT else 0.1)


def is_number(text: str) -> bool:
    """A figure, a dash for none, or the loose signs that stand in cells of their own around figures."""
    if text[:1].isalpha() and text[0] not in "nNx":
        return False  # told at once of most texts
    bare = text.replace(" ", "")
    return bare in {"$", "%", ")", ")%", "(", "\u20ac", "\u00a3", "x", "*"} or _NUMBER.fullmatch(bare) is not None
