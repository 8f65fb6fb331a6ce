"""Identities. Fixed once a user's log exists: each has a frozen test vector, and a change needs an upcaster and a migration.

An id is the first 32 lower-case hex digits of a sha256, and text everywhere: DuckDB's UHUGEINT silently becomes a lossy
DOUBLE in Parquet.
"""

import hashlib
import json
import re
import unicodedata

ACCESSION = re.compile(r"\d{10}-\d{2}-\d{6}", re.ASCII)


def canonical_json(value: object) -> str:
    """One spelling for one value: sorted keys, no spaces, UTF-8 kept, no NaN."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def sha256_hex(data: bytes | str) -> str:
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()


def short_id(data: bytes | str) -> str:
    return sha256_hex(data)[:32]


def text_id(text: str) -> str:
    """Equal for texts that differ only in white space and Unicode composition; case, digits, signs, punctuation count."""
    return short_id("text-v1|" + " ".join(unicodedata.normalize("NFC", text).split()))


def chunk_id(accession: str, item: str | None, text: str, occurrence: int) -> str:
    """`text` is a text_id; `occurrence` counts from 0 how often this text came before in this Item of this filing."""
    return short_id(canonical_json([accession, item, text, occurrence]))


def label_id(text: str, recipe: str, attempt: int) -> str:
    """`text` is a text_id; `attempt` counts from 1."""
    return short_id(canonical_json([text, recipe, attempt]))


def local_accession(body_sha256: str) -> str:
    """The accession of a filing that names none."""
    return f"local-{body_sha256[:12]}"


def company_id(cik: int | None, accession: str) -> str:
    """The 10-digit CIK, or, without one, the filing's accession: such a filing is a company of its own."""
    return accession if cik is None else f"{cik:010d}"
