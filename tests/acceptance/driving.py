"""Drives the real command, and writes invented filings in real shapes for it to read."""

import json
import os
import random
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trainer.seedling.language import sentences

COMMAND = Path(sys.executable).with_name("finsdistill")
PATIENCE_S = 240.0
ITEMS = (
    ("1", "Business"),
    ("1A", "Risk Factors"),
    ("7", "Management's Discussion and Analysis of Financial Condition"),
)

CONFIG = """
[service]
log_format = "json"
log_level = "debug"
publish_every_s = 0.2
[edgar]
companies = []
[teacher]
kind = "extractive"
[student]
base = "seedling"
quantization = "{quantization}"
[trainer]
threshold = {threshold}
epochs = 1
[evaluator]
heldout = {heldout}
heldout_share = 0
max_examples = 16
max_summary_tokens = 48
max_rationale_tokens = 32
"""


def filing(cik: int, year: int, *, paragraphs: int = 6) -> str:
    """A full-submission text file of an invented company; the same arguments give the same bytes."""
    rng = random.Random(cik * 10_000 + year)
    parts = []
    for number, title in ITEMS:
        prose = [" ".join(sentences(rng, characters=500, babbled=0.0)) for _ in range(paragraphs)]
        parts.append(f"ITEM {number}. {title.upper()}\n\n" + "\n\n".join(_wrapped(text) for text in prose))
    return _SUBMISSION.format(accession=accession(cik, year), cik=f"{cik:010d}", year=year, body="\n\n".join(parts))


def amendment(cik: int, year: int, item: str, text: str) -> str:
    """A 10-K/A of a month later that tells one Item anew."""
    original, mine = filing(cik, year), accession(cik, year).replace("-000001", "-000002")
    head, _, rest = original.replace(accession(cik, year), mine).partition("PART I\n")
    head = head.replace("TYPE:\t10-K", "TYPE:\t10-K/A").replace("<TYPE>10-K", "<TYPE>10-K/A")
    head = head.replace("FORM 10-K\n", "FORM 10-K/A\n").replace(f"{year}0301", f"{year}0401")
    title = dict(ITEMS)[item].upper()
    return f"{head}\nITEM {item}. {title}\n\n{_wrapped(text)}\n\nSIGNATURES{rest.partition('SIGNATURES')[2]}"


def accession(cik: int, year: int) -> str:
    return f"{cik:010d}-{year % 100:02d}-000001"


_SUBMISSION = """<SEC-DOCUMENT>{accession}.txt : {year}0301
<SEC-HEADER>{accession}.hdr.sgml : {year}0301
ACCESSION NUMBER:\t\t{accession}
CONFORMED SUBMISSION TYPE:\t10-K
PUBLIC DOCUMENT COUNT:\t\t1
CONFORMED PERIOD OF REPORT:\t{year}1231
FILED AS OF DATE:\t\t{year}0301

FILER:

\tCOMPANY DATA:\t
\t\tCOMPANY CONFORMED NAME:\t\t\tINVENTED COMPANY {cik}
\t\tCENTRAL INDEX KEY:\t\t\t{cik}
</SEC-HEADER>
<DOCUMENT>
<TYPE>10-K
<SEQUENCE>1
<FILENAME>filing.txt
<TEXT>
FORM 10-K
ANNUAL REPORT PURSUANT TO SECTION 13 OR 15(d) OF THE SECURITIES EXCHANGE ACT OF 1934
For the fiscal year ended December 31, {year}

PART I

{body}

SIGNATURES
</TEXT>
</DOCUMENT>
</SEC-DOCUMENT>
"""


def _wrapped(text: str, width: int = 76) -> str:
    lines, line = [], ""
    for word in text.split():
        if len(line) + len(word) >= width:
            lines.append(line)
            line = ""
        line = f"{line} {word}".strip()
    return "\n".join([*lines, line])


@dataclass
class Home:
    """A folder with a config, an inbox and a state, and the command run in it."""

    folder: Path

    @property
    def state(self) -> Path:
        return self.folder / "state"

    def configure(
        self, *, threshold: int = 1_000_000, heldout: Sequence[int] = (), quantization: str = "none"
    ) -> "Home":
        text = CONFIG.format(
            threshold=threshold, heldout=json.dumps([str(c) for c in heldout]), quantization=quantization
        )
        (self.folder / "config.toml").write_text(text)
        (self.folder / "inbox").mkdir(exist_ok=True)
        return self

    def drop(self, cik: int, year: int, *, paragraphs: int = 6) -> Path:
        """Old enough to be at rest at once."""
        path = self.folder / "inbox" / f"{accession(cik, year)}.txt"
        path.write_text(filing(cik, year, paragraphs=paragraphs))
        os.utime(path, (1_700_000_000, 1_700_000_000))
        return path

    def drop_amendment(self, cik: int, year: int, item: str, text: str) -> Path:
        path = self.folder / "inbox" / f"{accession(cik, year).replace('-000001', '-000002')}.txt"
        path.write_text(amendment(cik, year, item, text))
        os.utime(path, (1_700_000_000, 1_700_000_000))
        return path

    def run(self, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [COMMAND, *arguments],
            cwd=self.folder,
            env=os.environ | environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )

    def sql(self, query: str) -> list[dict[str, Any]]:
        done = self.run("sql", query, "--format", "json")
        assert done.returncode == 0, done.stderr
        found: list[dict[str, Any]] = json.loads(done.stdout)
        return found

    def start(self, *arguments: str, **environment: str) -> "Service":
        process = subprocess.Popen(
            [COMMAND, "run", *arguments],
            cwd=self.folder,
            env=os.environ | environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        return Service(process)


@dataclass
class Service:
    """A running service whose log lines are read as they come."""

    process: "subprocess.Popen[str]"
    lines: list[dict[str, Any]] = field(default_factory=list)

    def events(self) -> Iterator[dict[str, Any]]:
        """Log lines until the service ends; it is killed when nobody hears from it for too long."""
        assert self.process.stderr is not None
        timer = threading.Timer(PATIENCE_S, self.process.kill)
        timer.start()
        try:
            for line in self.process.stderr:
                if line.startswith("{"):
                    self.lines.append(json.loads(line))
                    yield self.lines[-1]
        finally:
            timer.cancel()

    def until(self, name: str, *, times: int = 1) -> dict[str, Any]:
        for event in self.events():
            times -= event["event"] == name
            if times == 0:
                return event
        raise AssertionError(f"the service ended before {name!r}: {self.lines[-3:]}")

    def end(self, number: int, *, within_s: float = 10.0) -> int:
        """Sends the signal and gives the exit code."""
        self.process.send_signal(number)
        assert self.process.stderr is not None
        code = self.process.wait(within_s)
        self.process.stderr.close()
        return code
