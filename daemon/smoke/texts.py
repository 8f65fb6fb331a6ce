"""Three texts to try a teacher on: of the state where it has any, else of the project's invented samples."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from daemon.filing import ChunkOptions, extract
from daemon.query import published
from daemon.samples.companies import COMPANIES
from daemon.samples.mirror import reports
from daemon.samples.page import page
from daemon.smoke.figures import Source
from store.errors import StateUnusable
from store.ids import text_id

TEXTS: Final = 3
# By id, which is a hash: from all over the state, and the same ones as long as nothing is added.
_QUERY: Final = """
SELECT t.text_id, json_extract_string(e.payload, '$.text'), t.item, f.form
FROM (SELECT text_id, item, accession, chunk_seq FROM texts ORDER BY text_id LIMIT ?) t
JOIN raw_events e ON e.seq = t.chunk_seq LEFT JOIN filings f ON f.accession = t.accession ORDER BY t.text_id
"""


@dataclass(frozen=True)
class Text:
    text_id: str
    text: str
    item: str | None
    form: str | None


@dataclass(frozen=True)
class Texts:
    source: Source
    texts: tuple[Text, ...]


def some_texts(state_dir: Path, options: ChunkOptions) -> Texts:
    """Raises QueryProblem where what is published cannot be read."""
    found = _published(state_dir)
    return Texts("state", found) if found else Texts("samples", sample_texts(options, TEXTS))


def _published(state_dir: Path) -> tuple[Text, ...]:
    try:
        with published(state_dir) as connection:
            return tuple(Text(*row) for row in connection.execute(_QUERY, [TEXTS]).fetchall())
    except StateUnusable:  # nothing is published yet
        return ()


def sample_texts(options: ChunkOptions, count: int) -> tuple[Text, ...]:
    """`count` (1 or more) different texts from all over the invented companies' filings, or as many as there are; the
    same ones each time."""
    found: dict[str, Text] = {}
    for report in (report for company in COMPANIES for report, _, _ in reports(company, seed=0)):
        for passage in extract(page(report), form=report.form, options=options).passages:
            found.setdefault(key := text_id(passage.text), Text(key, passage.text, passage.item, report.form))
        if len(found) >= 2 * count:
            break
    texts = tuple(found.values())
    return texts[:: max(1, len(texts) // count)][:count]
