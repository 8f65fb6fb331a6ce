"""Daily and quarterly indexes in the shape of the captured ones."""

import gzip
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from daemon.edgar.quarters import Quarter, quarter_of

HEAD = """Description:           {kind} Index of EDGAR Dissemination Feed{by}
Last Data Received:    {day:%b %d, %Y}
Comments:              webmaster@sec.gov
Anonymous FTP:         ftp://ftp.sec.gov/edgar/
{cloud}




CIK|Company Name|Form Type|Date Filed|{file}
--------------------------------------------------------------------------------
"""


@dataclass(frozen=True)
class Filed:
    """A row of an index."""

    cik: int
    accession: str
    filed: date
    form: str = "10-K"
    company: str = ""


def rows_of(filed: Iterable[Filed], *, hyphens: bool) -> str:
    day = "%Y-%m-%d" if hyphens else "%Y%m%d"
    return "".join(
        f"{row.cik}|{row.company or f'COMPANY {row.cik}'}|{row.form}|{row.filed.strftime(day)}|"
        f"edgar/data/{row.cik}/{row.accession}.txt\n"
        for row in filed
    )


def an_index(filed: Iterable[Filed], day: date, *, daily: bool) -> bytes:
    head = (
        HEAD.format(kind="Daily", by=" by CIK", day=day, cloud=" ", file="File Name")
        if daily
        else HEAD.format(
            kind="Master", by="", day=day, cloud="Cloud HTTP:            https://www.sec.gov/Archives/", file="Filename"
        )
    )
    return (head + rows_of(filed, hyphens=not daily)).encode()


def write_day(mirror: Path, day: date, filed: Iterable[Filed]) -> Path:
    path = _folder(mirror, "daily-index", quarter_of(day)) / f"master.{day:%Y%m%d}.idx"
    path.write_bytes(an_index(filed, day, daily=True))
    return path


def write_quarter(mirror: Path, quarter: Quarter, filed: Iterable[Filed]) -> Path:
    path = _folder(mirror, "full-index", quarter) / "master.gz"
    path.write_bytes(gzip.compress(an_index(filed, quarter.last, daily=False), mtime=0))
    return path


def _folder(mirror: Path, kind: str, quarter: Quarter) -> Path:
    folder = mirror / "Archives" / "edgar" / kind / str(quarter.year) / f"QTR{quarter.number}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
