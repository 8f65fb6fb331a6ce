"""Who filed what: the identity of a file in the inbox."""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from daemon.filing.cover import from_cover
from daemon.filing.document import decoded
from daemon.filing.errors import FilingUnreadable
from daemon.filing.facts import Facts, from_header, from_ixbrl, named, spelled
from store.ids import ACCESSION, local_accession, sha256_hex

_SIDECAR_BYTES: Final = 64 * 1024  # as for command files
_SEARCHED: Final = 32_000_000  # bytes; facts stand on the cover, which may follow 12 MB of hidden XBRL
_NAMED: Final = re.compile(ACCESSION.pattern + r"(?!\d)")

Cik = Annotated[int, Field(ge=1, le=9_999_999_999)]
Accession = Annotated[str, StringConstraints(pattern=rf"^{ACCESSION.pattern}$")]


class Sidecar(BaseModel):
    """`<name>.json` beside a dropped filing: what its owner knows better than its text. `cik` is short for one `ciks`;
    `amends` is the accession that a 10-K/A amends."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    accession: Accession | None = None
    cik: Cik | None = None
    ciks: tuple[Cik, ...] = Field(default=(), max_length=50)
    company: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None
    ticker: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.\-/]{1,10}$")] | None = None
    form: Annotated[str, StringConstraints(min_length=1, max_length=20)] | None = None
    period: date | None = None
    filed: date | None = None
    amends: Accession | None = None


@dataclass(frozen=True)
class Identity:
    """What could be found; None or empty where nothing says it. Several `ciks`: one accession filed for several
    companies, the first filer first. `period` is the day on which the fiscal year ends. `amends` is the accession that a
    10-K/A amends, which only a sidecar can know."""

    accession: str
    ciks: tuple[int, ...]
    company: str | None
    ticker: str | None
    form: str | None
    period: date | None
    filed: date | None
    amends: str | None


def identify(name: str, body: bytes, sidecar: bytes | None) -> Identity:
    """Each fact from the sidecar, else iXBRL, else the SGML header, else the cover. The accession from the sidecar, the
    SGML header, or a `name` that is or starts with one, else `local-` and 12 digits of the sha256. Pure.
    Raises FilingUnreadable(reason="sidecar") for a sidecar that cannot be used."""
    given = _given(sidecar) if sidecar is not None else Facts()
    # Cut before a tag, so that no character is torn in two and taken for another encoding.
    text = decoded(body if len(body) <= _SEARCHED else body[:_SEARCHED].rpartition(b"<")[0])
    header = from_header(text)
    # XBRL calls the transition report and the 10-K405 by their submission type too, so it goes first throughout.
    found = given.or_else(from_ixbrl(text)).or_else(header)
    if found.company is None or found.form is None or found.period is None:
        found = found.or_else(from_cover(text))
    in_name = _NAMED.match(PurePath(name).name)
    accession = given.accession or header.accession or (in_name[0] if in_name else local_accession(sha256_hex(body)))
    return Identity(
        accession=accession,
        ciks=found.ciks,
        company=found.company,
        ticker=found.ticker,
        form=found.form,
        period=found.period,
        filed=found.filed,
        amends=found.amends,
    )


def _given(sidecar: bytes) -> Facts:
    if len(sidecar) > _SIDECAR_BYTES:
        raise FilingUnreadable("sidecar", f"{len(sidecar):,} bytes, more than {_SIDECAR_BYTES:,}")
    try:
        read = Sidecar.model_validate_json(sidecar)
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise FilingUnreadable("sidecar", f"{where}: {first['msg']}") from problem
    ciks = read.ciks or ((read.cik,) if read.cik is not None else ())
    return Facts(
        accession=read.accession,
        ciks=tuple(dict.fromkeys(ciks)),
        company=named(read.company),
        ticker=read.ticker.upper() if read.ticker else None,
        form=spelled(read.form),
        period=read.period,
        filed=read.filed,
        amends=read.amends,
    )
