"""ROUGE F-measure through rouge-score (its tokeniser, its counting), stemmed, as papers on summarisation report it."""

from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.metadata import version
from typing import Final, Literal

from nltk.stem.porter import PorterStemmer  # type: ignore[import-untyped]
from rouge_score.rouge_scorer import RougeScorer
from rouge_score.tokenize import tokenize
from rouge_score.tokenizers import Tokenizer

from evaluator.sentences import SPLIT_VERSION, one_per_line

_VERSION: Final = 1


class _Stemmer:
    """nltk's Porter stemmer, each word stemmed once: stemming is half of a ROUGE score's time."""

    def __init__(self) -> None:
        self.stem = lru_cache(maxsize=200_000)(PorterStemmer().stem)


class _CachedTokenizer(Tokenizer):  # type: ignore[misc]
    """rouge-score's own tokens; a reference is tokenised once for all systems and metrics."""

    def __init__(self) -> None:
        stemmer = _Stemmer()
        self._tokens = lru_cache(maxsize=20_000)(lambda text: tokenize(text, stemmer))

    def tokenize(self, text: str) -> list[str]:
        return self._tokens(text)  # type: ignore[no-any-return]


@cache
def _tokenizer() -> _CachedTokenizer:
    return _CachedTokenizer()


@dataclass(frozen=True)
class Rouge:
    """One ROUGE; "rougeLsum" sees one sentence a line, split by `evaluator.sentences`."""

    name: Literal["rouge1", "rouge2", "rougeL", "rougeLsum"]

    @property
    def signature(self) -> str:
        split = f"|split:{SPLIT_VERSION}" if self.name == "rougeLsum" else ""
        return f"rouge-score:{version('rouge-score')}|f|stem:yes{split}|v:{_VERSION}"

    def score(self, reference: str, prediction: str) -> float:
        if self.name == "rougeLsum":
            reference, prediction = one_per_line(reference), one_per_line(prediction)
        scorer = RougeScorer([self.name], tokenizer=_tokenizer())
        return float(scorer.score(reference, prediction)[self.name].fmeasure)
