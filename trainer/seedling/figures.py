# ruff: noqa: SIM905 - word lists read best as text
"""Invented names, amounts and dates. Every draw goes through the given `random.Random`, so a seed fixes the text."""

import random
from collections.abc import Callable
from typing import Final

MONTHS: Final = "January February March April May June July August September October November December".split()
_ONSETS: Final = (
    "b br c ch cl cr d dr f fl g gl gr h j k kl l m n p pl pr q qu r s sh sk st str t th tr v w x y z".split()
)
_VOWELS: Final = "a e i o u ai au ea ee ia io oa ou y".split()
_CODAS: Final = ["", "", "", "n", "r", "l", "s", "t", "x", "m", "nd", "rt", "ck", "ll", "ss", "ng", "ph", "st"]
_SUFFIXES: Final = "Corp. Inc. Co. Ltd. LLC plc Group Holdings Industries Systems Energy Foods Bancorp Partners".split()


def invented_word(rng: random.Random) -> str:
    """One to three syllables, lower case: a word that no vocabulary foresaw."""
    return "".join(rng.choice(_ONSETS) + rng.choice(_VOWELS) + rng.choice(_CODAS) for _ in range(rng.randint(1, 3)))


def name(rng: random.Random) -> str:
    return invented_word(rng).capitalize()


def company(rng: random.Random) -> str:
    first = name(rng) if rng.random() < 0.6 else f"{name(rng)} {name(rng)}"
    return f"{first} {rng.choice(_SUFFIXES)}"


def number(rng: random.Random) -> str:
    """An amount as filings print it: decimals, thousands or a plain small integer."""
    form = rng.randrange(4)
    if form == 0:
        return f"{rng.randint(1, 99)}.{rng.randint(0, 9)}"
    if form == 1:
        return f"{rng.randint(1, 999)},{rng.randint(0, 999):03d}"
    if form == 2:
        return f"{rng.randint(1, 40)},{rng.randint(0, 999):03d},{rng.randint(0, 999):03d}"
    return str(rng.randint(2, 999))


def money(rng: random.Random) -> str:
    return f"${number(rng)}" + rng.choice(["", " million", " million", " billion"])


def percent(rng: random.Random) -> str:
    return rng.choice([f"{rng.randint(1, 99)}%", f"{rng.randint(0, 99)}.{rng.randint(0, 9)}%"])


def year(rng: random.Random) -> str:
    return str(rng.randint(1993, 2026))


def date(rng: random.Random) -> str:
    return f"{rng.choice(MONTHS)} {rng.randint(1, 30)}, {year(rng)}"


def note(rng: random.Random) -> str:
    return f"Note {rng.randint(1, 24)}"


def code(rng: random.Random) -> str:
    """Rule and product numbers, initials: letters and digits in no order that could be learned."""
    letters = "".join(rng.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ") for _ in range(rng.randint(1, 4)))
    return rng.choice(
        [letters, f"{letters}-{rng.randint(1, 999)}", f"{letters}{rng.randint(1, 99)}", f"({letters.lower()})"]
    )


MAKERS: Final[dict[str, Callable[[random.Random], str]]] = {
    "word": invented_word,
    "Name": name,
    "company": company,
    "number": number,
    "money": money,
    "percent": percent,
    "year": year,
    "date": date,
    "note": note,
    "code": code,
}
