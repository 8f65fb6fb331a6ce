"""Whether words behind an Item's number are that Item's title."""

import re
from typing import Final

from daemon.forms import Form

# Items of Form 8-K, which annual reports list too.
_CURRENT_REPORT: Final = (
    "other events",
    "regulation fd",
    "financial statements and exhibits",
    "acquisition or disposition",
)
_STARTS: Final = (
    r"The|This|These|We|Our|In|As|No|For|You|There|It|During|On|At|From|To|Because|See|Refer|Not|None|An?|Since|While|If|"
    r"All"
)
# A title has small words in lower case, or none: one that is capitalised begins the text.
_RUNS_IN: Final = re.compile(rf"[A-Za-z)] (?:{_STARTS}) [a-z]")
_TELLING: Final = re.compile(r"[a-z]{4,}")
_LONGEST: Final = 200
_SHORT: Final = 20


def plain(text: str) -> str:
    """Lower case, straight quotes, single spaces: how titles are compared."""
    text = text.lower().replace("\u2019", "'").replace("\u2018", "'").replace("&", "and")
    return " ".join(text.replace("registrants'", "registrant's").replace("managements ", "management's ").split())


def title_fits(words: str, form: Form, *keys: str) -> bool:
    """They start with a prescribed title."""
    text = plain(words[:_LONGEST]).lstrip("\"'([. ").removeprefix("our ").removeprefix("the ")
    return any(text.startswith(title) for key in keys for title in _titles(form, key))


def is_title(words: str, form: Form, key: str) -> bool:
    """They are a prescribed title and little else: a short one to the letter, as it may begin a sentence."""
    text = plain(words[:_LONGEST]).strip("\"'([.: ")
    return any(text == title or (len(title) > _SHORT and text.startswith(title)) for title in _titles(form, key))


def title_nears(words: str, form: Form, *keys: str) -> bool:
    """They hold half of the telling words of a prescribed title, or more: filers vary them."""
    said = frozenset(_TELLING.findall(plain(words[:_LONGEST])))
    for title in (title for key in keys for title in _titles(form, key)):
        telling = _TELLING.findall(title)
        if telling and sum(word in said for word in telling) * 2 >= len(telling):
            return True
    return False


def title_of_another(words: str, form: Form, *keys: str) -> bool:
    """They are the title of another Item, or of another form's, and not of these."""
    if title_nears(words, form, *keys):
        return False
    others = (item.key for item in form.items if item.key not in keys)
    return title_fits(words, form, *others) or plain(words[:_LONGEST]).startswith(_CURRENT_REPORT)


def text_start(words: str) -> int | None:
    """Where the text begins behind a title on the same line, with no mark between; None if it does not."""
    found = _RUNS_IN.search(words[:_LONGEST])
    return found.start() + 2 if found else None


def _titles(form: Form, key: str) -> tuple[str, ...]:
    return next((item.titles for item in form.items if item.key == key), ())
