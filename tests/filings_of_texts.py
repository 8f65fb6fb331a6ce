"""Filings made of given texts, one chunk each, and texts to put into them."""

import json
import os
import random
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Final

from daemon.filing.prose import reads_plainly
from trainer.seedling.language import sentences

_PAGE: Final = """<html><head><title>10-K</title></head><body>
<p>FORM 10-K</p>
<p>ANNUAL REPORT PURSUANT TO SECTION 13 OR 15(d) OF THE SECURITIES EXCHANGE ACT OF 1934</p>
<p><b>Item 1A. Risk Factors</b></p>
{passages}
<p><b>Item 1B. Unresolved Staff Comments</b></p><p>None.</p>
<p><b>Item 2. Properties</b></p><p>None.</p>
<p><b>SIGNATURES</b></p>
</body></html>
"""


def texts(count: int, *, first: int = 0) -> list[str]:
    """Invented texts of 300 to 500 characters; the same number gives the same text."""
    return [_text(number) for number in range(first, first + count)]


def _text(number: int) -> str:
    rng = random.Random(number)
    while True:
        said = sentences(rng, characters=300, babbled=0.0)
        text = " ".join([f"In case {number} the following is to be said.", *said])
        if reads_plainly(f"{_heading(text)}\n{text}"):  # a text of figures would join its neighbour in one chunk
            return text


def drop(inbox: Path, number: int, passages: Sequence[str]) -> Path:
    """A filing of an invented company with these texts, each under a sub-heading of its own; at rest at once."""
    path = inbox / f"{number:010d}-25-000001.htm"
    blocks = (f"<p><b>{escape(_heading(text))}</b></p>\n<p>{escape(text)}</p>" for text in passages)
    path.write_text(_PAGE.format(passages="\n".join(blocks)))
    known = {"cik": number, "company": f"INVENTED COMPANY {number}", "form": "10-K", "period": "2025-12-31"}
    path.with_name(f"{path.name}.json").write_text(json.dumps(known))
    os.utime(path, (1_700_000_000, 1_700_000_000))
    return path


def _heading(text: str) -> str:
    """Of the text alone, because it becomes the chunk's first line: elsewhere the same text is the same chunk."""
    return f"On {' '.join(text.split()[:3]).lower()}"
