"""What is a sentence and what is a number, a name or a form field."""

import re
from typing import Final

# The most frequent function words of running English; a list of names, places or captions has few of them.
_STOP_WORDS: Final = """
a about after all also among an and any are as at be because been before being between both but by
can could did do does during each for from had has have he her his how if in into is it its may more
most must no nor not of on only or other our out over shall she should since so some such than that
the their them then there these they this those through to under until up upon us was we were what
when where which while who whose will with within without would you your
"""
_STOP: Final = frozenset(_STOP_WORDS.split())
_WORD: Final = re.compile(r"[A-Za-z][A-Za-z'\u2019]*")
_END: Final = re.compile(r"[.!?:;][\"'\u2019\u201d)\]]*(\(\w{1,2}\))?$")
_NUMBER: Final = re.compile(r"[$\u20ac\u00a3\u00a5(]*[\d][\d,./]*[)%*]*|[-\u2013\u2014]+|n/?[am]\.?", re.IGNORECASE)
_JUDGED: Final = 5000  # characters of a block that are looked at: enough to know it, and a bound on its cost


def words(text: str) -> list[str]:
    return _WORD.findall(text)


def stop_share(tokens: list[str]) -> float:
    """Share of function words, 0 to 1."""
    return sum(token.lower() in _STOP for token in tokens) / len(tokens) if tokens else 0.0


def digit_share(text: str) -> float:
    """Digits among the characters that are not white space, 0 to 1."""
    solid = _solid(text)
    return sum(map(str.isdigit, text)) / solid if solid else 0.0


def _solid(text: str) -> int:
    return sum(map(len, text.split()))


def ends_sentence(text: str) -> bool:
    return _END.search(text) is not None


def is_prose(text: str) -> bool:
    """Running words, with function words among them and not mostly figures. A fragment without a sentence's end, as
    captions and labels are too, must be longer and plainer to count."""
    judged = text[:_JUDGED]
    tokens = words(judged)
    if len(tokens) < 4 or sum(map(len, tokens)) < 0.6 * _solid(judged) or digit_share(judged) > 0.2:
        return False
    if ends_sentence(text):
        return stop_share(tokens) >= 0.1
    return len(tokens) >= 6 and stop_share(tokens) >= 0.2


def is_sentence(text: str) -> bool:
    """Prose long enough, or closed well enough, to stand in a table cell and still be a sentence."""
    tokens = words(text[:_JUDGED])
    if len(tokens) < 8 or stop_share(tokens) < 0.2 or digit_share(text[:_JUDGED]) > 0.15:
        return False
    return len(tokens) >= 25 or ends_sentence(text)


def is_number(text: str) -> bool:
    """A figure, a dash for none, or the loose signs that stand in cells of their own around figures."""
    bare = text.replace(" ", "")
    return bare in {"$", "%", ")", ")%", "(", "\u20ac", "\u00a3", "x", "*"} or _NUMBER.fullmatch(bare) is not None
