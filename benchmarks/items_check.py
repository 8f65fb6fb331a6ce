"""A second judge of Items, which needs no answers: what holds of any filing whose Items were cut rightly.

`bench_filings.py` prints it over all filings of the folder, scored or not, so that nothing can be tuned to the scored
ones."""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from daemon.filing import Extraction
from daemon.forms import form_of

# Items that every whole annual report of an era has, by the fiscal year from which on it does.
_DUE: Final = (
    *((item, 1993) for item in ("1", "2", "3", "5", "7", "8", "9", "10", "11", "12", "13")),
    *(("7A", 1998), ("14", 2004), ("15", 2004), ("9A", 2004), ("1A", 2006), ("1B", 2006), ("9B", 2005), ("1C", 2024)),
)
_HEADING: Final = re.compile(r"(?:part\s+[iv]+\W{1,4})?item\s*\d{1,2}[a-c]?\s*[.:\u2013\u2014-]\s*[A-Z]", re.IGNORECASE)
_WORDS: Final = {
    "1A": "risk",
    "2": "propert|facilit|lease|square|own|office",
    "3": "proceeding|litigation|claim|legal|suit|court",
    "5": "stock|share|dividend|unit|holders",
    "7A": "market|risk|interest|currency|rate",
    "9A": "control",
    "11": "compensation|salary|option|award",
    "12": "own|benefici|share",
    "1C": "cyber",
}


@dataclass
class Checked:
    """Counts over filings; `wrong` lists each finding with its file."""

    due: int = 0
    found: int = 0
    about: int = 0
    about_right: int = 0
    in_items: int = 0
    characters: int = 0
    spans: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def add(self, file: str, form: str, year: int, extraction: Extraction) -> None:
        """`year` is the fiscal year in which the period ends."""
        known = form_of(form)
        if known is not None and known.name == "10-K" and "/A" not in form:
            self._expect(file, year, {span.item for span in extraction.items})
        for span in extraction.items:
            self.spans[f"{span.status}{', by reference' if span.by_reference else ''}"] += 1
            if span.marks:
                self.wrong.append(f"{file} Item {span.item}: marked {', '.join(span.marks)}")
            text = extraction.text[span.char_start : span.char_end]
            self._about(file, span.item, text)
            inside = [line[:60] for line in text.split("\n") if len(line) < 200 and _HEADING.match(line)]
            if inside:
                self.wrong.append(f"{file} Item {span.item}: holds the line {inside[0]!r}")
        self.characters += sum(len(passage.text) for passage in extraction.passages)
        self.in_items += sum(len(passage.text) for passage in extraction.passages if passage.item is not None)

    def _expect(self, file: str, year: int, items: set[str]) -> None:
        due = [item for item, since in _DUE if year >= since]
        self.due += len(due)
        self.found += sum(item in items for item in due)
        missing = [item for item in due if item not in items]
        if missing:
            self.wrong.append(f"{file}: no Item {', '.join(missing)}")

    def _about(self, file: str, item: str, text: str) -> None:
        if item in _WORDS and len(text) >= 400:
            self.about += 1
            right = re.search(_WORDS[item], text[:1500], re.IGNORECASE) is not None
            self.about_right += right
            if not right:
                self.wrong.append(f"{file} Item {item}: begins {text[:60]!r}")

    def report(self) -> None:
        print("\nItems, judged without answers")
        print(f"Items due in the era and form found: {self.found}/{self.due} ({self.found / max(1, self.due):.4f})")
        print(f"Items that begin with words of their own: {self.about_right}/{self.about}")
        print(f"characters of passages that lie in Items: {self.in_items / max(1, self.characters):.4f}")
        print(f"spans: {', '.join(f'{kind} {count}' for kind, count in self.spans.most_common())}")
        for line in self.wrong:
            print(f"    {line}")
