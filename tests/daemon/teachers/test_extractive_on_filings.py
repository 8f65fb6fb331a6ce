"""The extractive teacher on a real filing, which no made-up text stands in for."""

from functools import cache
from pathlib import Path

import pytest
from rouge_score.rouge_scorer import RougeScorer

from daemon.answers import Accepted, Refused, limits, read_answer
from daemon.filing import ChunkOptions, extract
from daemon.teachers.extractive import answer
from daemon.teachers.sentences import sentences

FILING = Path(__file__).resolve().parents[4] / "shared/edgar/files/320193/0000320193-22-000108.htm"
pytestmark = pytest.mark.skipif(not FILING.exists(), reason=f"{FILING} is not here")


@cache
def labelled() -> list[tuple[str, Accepted | Refused]]:
    texts = [passage.text for passage in extract(FILING.read_bytes(), form="10-K", options=ChunkOptions()).passages]
    raws = [answer(text, summary_chars=480, rationale_chars=768) for text in texts]
    return [(text, read_answer(raw, text, limits=limits(256, 160))) for text, raw in zip(texts, raws, strict=True)]


def test_most_chunks_are_labelled_and_the_rest_is_declined() -> None:
    accepted = [read for _, read in labelled() if isinstance(read, Accepted)]
    assert len(accepted) > 0.8 * len(labelled())
    assert {read.reason for _, read in labelled() if isinstance(read, Refused)} <= {"declined"}


def test_every_figure_of_every_label_stands_in_its_text() -> None:
    assert all(read.grounded and not read.flags for _, read in labelled() if isinstance(read, Accepted))


def test_rationales_follow_the_content() -> None:
    accepted = [read for _, read in labelled() if isinstance(read, Accepted)]
    assert len({read.rationale for read in accepted}) > 0.95 * len(accepted)


def test_it_is_not_lead_2_in_disguise() -> None:
    scorer = RougeScorer(["rougeL"], use_stemmer=False)
    scores = []
    for text, read in labelled()[::2]:
        if isinstance(read, Accepted):
            lead = " ".join([sentence.text for sentence in sentences(text) if sentence.whole][:2])
            scores.append(scorer.score(read.summary, lead)["rougeL"].fmeasure)
    assert sum(scores) / len(scores) < 0.8
