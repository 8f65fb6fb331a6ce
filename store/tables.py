"""The typed tables folded from the log, as plain data. Every row is immutable and carries the `seq` of its event.

What changes later (a filing's status, an adapter's, a retired chunk, a review) is another row in a `*_changes` table; the
views in `views.sql` take the latest per key. So the same rows serve the log, the published segments and any `--as-of`.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Table:
    """`columns` maps a name to its DuckDB type; `seq` comes first and is not listed."""

    name: str
    columns: tuple[tuple[str, str], ...]


def _table(name: str, columns: str) -> Table:
    """`columns`: name and type separated by a space, one pair a comma."""
    pairs = (pair.split() for pair in columns.split(","))
    return Table(name, tuple((column, kind) for column, kind in pairs))


# `recorded_at` is naive UTC: TIMESTAMPTZ needs pytz to fetch.
TABLES: Final = (
    _table("log_info", "log_id VARCHAR, purpose VARCHAR, recorded_at TIMESTAMP"),
    _table("companies", "company_id VARCHAR, cik BIGINT, ticker VARCHAR, name VARCHAR, watched BOOLEAN"),
    _table("splits", "company_id VARCHAR, cik BIGINT, split VARCHAR, rule VARCHAR"),
    _table(
        "filings",
        "accession VARCHAR, company_id VARCHAR, cik BIGINT, ciks BIGINT[], company VARCHAR, ticker VARCHAR, form VARCHAR,"
        "filed DATE, period DATE, amends VARCHAR, url VARCHAR, source VARCHAR, recorded_at TIMESTAMP",
    ),
    _table(
        "filing_changes",
        "accession VARCHAR, status VARCHAR, reason VARCHAR, url VARCHAR, modified_us BIGINT, sha256 VARCHAR, bytes BIGINT,"
        "chunks BIGINT, items VARCHAR[], parser VARCHAR, extraction_sha256 VARCHAR, recorded_at TIMESTAMP",
    ),
    _table(
        "chunks",
        "chunk_id VARCHAR, text_id VARCHAR, accession VARCHAR, ordinal BIGINT, item VARCHAR, char_start BIGINT,"
        "char_end BIGINT, split VARCHAR, by_reference BOOLEAN, marks VARCHAR[]",
    ),
    # What an event does not say of a chunk is null, and what was said last holds.
    _table(
        "chunk_changes",
        "chunk_id VARCHAR, retired BOOLEAN, ordinal BIGINT, char_start BIGINT, char_end BIGINT, by_reference BOOLEAN,"
        "marks VARCHAR[], parser VARCHAR, amended_by VARCHAR",
    ),
    _table(
        "items",
        "accession VARCHAR, ordinal BIGINT, item VARCHAR, status VARCHAR, char_start BIGINT, char_end BIGINT,"
        "by_reference BOOLEAN, prose DOUBLE, marks VARCHAR[]",
    ),
    _table("amendments", "accession VARCHAR, amends VARCHAR, items VARCHAR[]"),
    _table("text_changes", "text_id VARCHAR, to_text_id VARCHAR, similarity DOUBLE, across BOOLEAN, linked BOOLEAN"),
    _table("backfills", "since DATE, recorded_at TIMESTAMP"),
    _table("indexes", "name VARCHAR, sha256 VARCHAR, rows BIGINT, wanted BIGINT, recorded_at TIMESTAMP"),
    _table(
        "recipes",
        "recipe VARCHAR, teacher VARCHAR, model VARCHAR, revision VARCHAR, quantization VARCHAR, licence VARCHAR,"
        "toy BOOLEAN, spec VARCHAR, recorded_at TIMESTAMP",
    ),
    _table("recipe_changes", "recipe VARCHAR, replaces VARCHAR, decision VARCHAR, recorded_at TIMESTAMP"),
    _table(
        "labels",
        "label_id VARCHAR, text_id VARCHAR, chunk_id VARCHAR, recipe VARCHAR, attempt BIGINT, rationale VARCHAR,"
        "summary VARCHAR, raw VARCHAR, flags VARCHAR[], grounded BOOLEAN, validator VARCHAR, prompt_tokens BIGINT,"
        "completion_tokens BIGINT, seconds DOUBLE, recorded_at TIMESTAMP",
    ),
    _table("label_changes", "label_id VARCHAR, review VARCHAR, note VARCHAR, recorded_at TIMESTAMP"),
    _table(
        "refusals",
        "text_id VARCHAR, chunk_id VARCHAR, recipe VARCHAR, attempt BIGINT, reason VARCHAR, detail VARCHAR, raw VARCHAR,"
        "validator VARCHAR, prompt_tokens BIGINT, completion_tokens BIGINT, seconds DOUBLE, recorded_at TIMESTAMP",
    ),
    _table(
        "dead_letters",
        "text_id VARCHAR, chunk_id VARCHAR, recipe VARCHAR, reason VARCHAR, attempts BIGINT, requeued BOOLEAN,"
        "recorded_at TIMESTAMP",
    ),
    _table("pauses", "recipe VARCHAR, paused BOOLEAN, reason VARCHAR, recorded_at TIMESTAMP"),
    _table(
        "snapshots",
        "snapshot_id VARCHAR, log_seq BIGINT, recipe VARCHAR, parent VARCHAR, rows BIGINT, new_rows BIGINT, sha256 VARCHAR,"
        "heldout_rows BIGINT, heldout_sha256 VARCHAR, recorded_at TIMESTAMP",
    ),
    _table(
        "runs",
        "run_id VARCHAR, snapshot_id VARCHAR, status VARCHAR, attempt BIGINT, stage VARCHAR, start VARCHAR, parent VARCHAR,"
        "reason VARCHAR, spec VARCHAR, recorded_at TIMESTAMP",
    ),
    _table(
        "adapters",
        "adapter_id VARCHAR, snapshot_id VARCHAR, run_id VARCHAR, base VARCHAR, base_fingerprint VARCHAR,"
        "parent VARCHAR, start VARCHAR,"
        "objective VARCHAR, toy BOOLEAN, rows BIGINT, dropped BIGINT, tokens BIGINT, seconds DOUBLE, loss_first DOUBLE,"
        "loss_last DOUBLE, recorded_at TIMESTAMP",
    ),
    _table(
        "adapter_changes", "adapter_id VARCHAR, status VARCHAR, reason VARCHAR, detail VARCHAR, recorded_at TIMESTAMP"
    ),
    _table(
        "metrics",
        "adapter_id VARCHAR, snapshot_id VARCHAR, system VARCHAR, field VARCHAR, metric VARCHAR, value DOUBLE, low DOUBLE,"
        "high DOUBLE, n BIGINT, clusters BIGINT, eval_set VARCHAR, signature VARCHAR, recorded_at TIMESTAMP",
    ),
    _table(
        "comparisons",
        "adapter_id VARCHAR, against VARCHAR, difference DOUBLE, low DOUBLE, high DOUBLE, n BIGINT, clusters BIGINT,"
        "eval_set VARCHAR, signature VARCHAR, per_example_sha256 VARCHAR, recorded_at TIMESTAMP",
    ),
)

EVENTS: Final = _table(
    "events",
    "stream VARCHAR, version BIGINT, type VARCHAR, recorded_at TIMESTAMP, append_key VARCHAR, payload VARCHAR, hash VARCHAR",
)


def columns_sql(table: Table) -> str:
    """What stands in the parentheses of CREATE TABLE."""
    return ", ".join(f"{name} {kind}" for name, kind in (("seq", "BIGINT"), *table.columns))
