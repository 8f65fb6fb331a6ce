# ruff: noqa: SIM905, RUF001 - word lists read best as text, and typographic quotes are what filings have
"""How much a sentence of a filing says: a sum of documented features, weighed by what a reader of a 10-K looks for. Pure.

The weights are judgement, not learnt: a stated change with its figures and its cause is what the MD&A is read for, a
stated risk with its consequence is what Item 1A is read for, and pointers to other places are worth nothing here.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from daemon.figures import Figure, figures
from daemon.teachers.sentences import Sentence

CHANGE: Final = re.compile(
    r"(?<!to )\b(?:(?P<rise>increas(?:e|es|ed|ing)|gr[eo]wn?|rose|risen|improv(?:ed|es|ement)|higher|expanded|doubled"
    r"|strengthened|exceeded|gained)|(?P<fall>decreas(?:e|es|ed|ing)|declin(?:e|es|ed|ing)|fell|fallen|reduc(?:ed|tions?)"
    r"|lower|lowered|contracted|deteriorated|weakened|dropped|lost))\b",
    re.IGNORECASE,
)
# Without an amount these mostly compare or describe: "a higher degree of risk", "expanded warranties".
_WEAK_CHANGES: Final = frozenset(
    "higher lower expanded lost gained grown exceeded improvement reduction reductions".split()
)
CAUSE: Final = re.compile(
    r"\b(?:(?:primarily|mainly|principally|largely|partially)\s+)?(?:due (?:primarily |mainly )?to|driven (?:primarily )?by"
    r"|attributable (?:primarily )?to|as a result of|result(?:ed|ing) from|because of|because|reflect(?:s|ing)|offset by"
    r"|caused by|owing to|related to higher|related to lower|thereby|in response to)\b",
    re.IGNORECASE,
)
RISK: Final = re.compile(
    r"\b(?:could|may|might|would|can)\s+(?:also\s+)?(?:\w+ly\s+)*(?:(?:be|have an?)\s+)?(?:\w+ly\s+)*"
    r"(?:advers|harm|affect|impair|disrupt|result in|lead to|reduc|limit|fail|los[es]|suffer|expos|delay|impact|declin"
    r"|increas|cause|prevent|negativ|subject|require|damage|interrupt)\w*",
    re.IGNORECASE,
)
EVENT: Final = re.compile(
    r"\b(?:acquired|announced|approved|authorized|repurchased|issued|entered into|completed|launched|introduced|sold|agreed"
    r"|settled|declared|adopted|recorded|recognized|paid|invested|terminated|discontinued|expires?|expired|matures?|granted"
    r"|filed|opened|closed|established)\b",
    re.IGNORECASE,
)
STANCE: Final = re.compile(
    r"\b(?:believes?|expects?|intends?|plans? to|depends?|relies|rely|competes?|must|requires?|subject to|strategy"
    r"|designs?|manufactur|develops?|sells?|markets|provides?|offers?|operates?|consists? of|includes?|employ|protects?)\w*",
    re.IGNORECASE,
)
_POINTER: Final = re.compile(
    r"\b(?:see|refer(?:s|red)? to|set forth|incorporated (?:herein )?by reference|included elsewhere|described (?:below|above)"
    r"|discussed (?:below|above)|following (?:table|discussion|is a|are)|table (?:below|above|sets)|as follows|forward-looking"
    r"|pursuant to Item|Part I+,? Item|this (?:annual )?report|Form 10-K|Exhibit|consolidated financial statements and"
    r"|accompanying notes|fiscal years? (?:ended|ends?|refer)|undue reliance|hereby)\b",
    re.IGNORECASE,
)
# "This", "they", "such" point at a sentence the summary may leave behind.
_LEANING: Final = re.compile(
    r"(?:this|these|those|such|it|its|they|their|he|she|however|also|accordingly|therefore|thus|further|furthermore|moreover"
    r"|additionally|in addition|as a result|for example|for instance|similarly|conversely|consequently|instead|otherwise"
    r"|if so|in (?:such|that|this|these)|any such|there|and|but|or|nor|yet)\b",
    re.IGNORECASE,
)
KEY_TERMS: Final = (
    "net sales", "net revenue", "revenue", "sales", "gross margin", "gross profit", "operating income", "operating loss",
    "net income", "net loss", "operating expenses", "cost of sales", "cost of revenue", "selling, general and administrative",
    "research and development", "cash flow", "cash equivalents", "free cash flow", "capital expenditures", "liquidity",
    "indebtedness", "debt", "notes", "credit facility", "borrowings", "interest rates", "interest expense", "income taxes",
    "effective tax rate", "taxes", "dividends", "share repurchases", "repurchases", "earnings per share",
    "stock-based compensation",
    "goodwill", "impairment", "intangible assets", "inventories", "inventory", "receivables", "leases", "restructuring",
    "acquisition", "acquisitions", "divestiture", "pension", "derivatives", "hedges", "foreign currency", "exchange rates",
    "fair value", "investments", "marketable securities", "allowance", "credit losses", "loans", "deposits", "reserves",
    "demand", "prices", "pricing", "competition", "competitors", "customers", "suppliers", "supply chain", "manufacturing",
    "components", "raw materials", "commodity costs", "intellectual property", "patents", "licenses", "litigation",
    "legal proceedings", "regulation", "regulations", "regulatory approval", "privacy", "data protection", "cybersecurity",
    "security breaches", "information technology", "products", "services", "new products", "product liability", "distribution",
    "stores", "subscribers", "advertising", "cloud", "data center", "software", "employees", "personnel",
    "executive officers", "directors", "shareholders", "stockholders", "properties", "facilities", "insurance",
    "climate change", "environmental laws", "environmental matters", "weather",
    "energy", "oil", "natural gas", "backlog", "contracts", "segments", "international operations",
    "trade policy", "tariffs", "economic conditions", "inflation", "pandemic", "covid-19", "internal control", "audit",
)  # fmt: skip
_TERM_WORD: Final = re.compile(r"[a-z0-9][\w-]*")


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _by_first_word(terms: Sequence[str]) -> dict[str, list[tuple[tuple[str, ...], str]]]:
    """For each first word its terms, longest first: ten times faster than one expression of all terms."""
    table: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for term in sorted(terms, key=lambda term: (-len(term), term)):
        words = tuple(map(_singular, _TERM_WORD.findall(term)))
        table.setdefault(words[0], []).append((words, term))
    return table


_TERMS_BY_FIRST_WORD: Final = _by_first_word(KEY_TERMS)
_CONTENT: Final = re.compile(r"[a-z][a-z’'-]{3,}")
_COMMON: Final = frozenset(
    "that this with from have been were which their such other into upon than these those there would could should might will "
    "also more most many some each only both under over between during including include includes certain company companies "
    "business year years ended fiscal they them when what where while because through about after before being does not our "
    "ours your made make may must its per within without among any all and the for are was has had can".split()
)

_SMALL: Final = frozenset(
    "the a an of and to in for is was are were be been by with that which our we its their they it from as or on at this these "
    "has have had will may could not any such".split()
)
_BEST_LENGTH: Final = (70, 300)  # characters: shorter says little, longer is a list
FLOOR: Final = 1.5  # below it nothing is worth keeping: a pointer, a definition, a heading with a full stop


@dataclass(frozen=True)
class Scored:
    """A sentence with what was found in it. `centrality` is 0 to 1, against the most central sentence of the chunk."""

    sentence: Sentence
    score: float
    figures: tuple[Figure, ...]
    change: re.Match[str] | None
    cause: re.Match[str] | None
    risk: re.Match[str] | None
    event: re.Match[str] | None
    terms: tuple[str, ...]
    pointer: bool
    words: frozenset[str]


def scored(found: Sequence[Sentence]) -> list[Scored]:
    """Every whole sentence with its score, in the order of the text. Word counts come from all sentences, whole or not."""
    bags = [content_words(sentence.text) for sentence in found]
    counts = Counter(word for bag in bags for word in bag)
    centralities = [_centrality(bag, counts) for bag in bags]
    most = max(centralities, default=0.0) or 1.0
    return [
        _score(sentence, frozenset(bag), centrality / most)
        for sentence, bag, centrality in zip(found, bags, centralities, strict=True)
        if sentence.whole and _is_prose(sentence.text)
    ]


def _is_prose(text: str) -> bool:
    """A table's row, a signature or an exhibit's title may end with a full stop; prose has its small words."""
    words = text.lower().split()
    small = sum(word in _SMALL for word in words)
    return small >= 2 and small >= 0.1 * len(words) and sum(map(str.isdigit, text)) < 0.15 * len(text)


def content_words(text: str) -> list[str]:
    """Lower-case words of four letters and more that are not common ones, in their order."""
    return [word for word in _CONTENT.findall(text.lower()) if word not in _COMMON]


def key_terms(text: str) -> Counter[str]:
    """The financial and business terms in `text`, singular or plural, with their counts, in the order they first come."""
    words = list(map(_singular, _TERM_WORD.findall(text.lower())))
    found: Counter[str] = Counter()
    position = 0
    while position < len(words):
        term, length = _term_at(words, position)
        if term is not None:
            found[term] += 1
        position += length
    return found


def _term_at(words: Sequence[str], position: int) -> tuple[str | None, int]:
    for term_words, term in _TERMS_BY_FIRST_WORD.get(words[position], ()):
        if tuple(words[position : position + len(term_words)]) == term_words:
            return term, len(term_words)
    return None, 1


def _centrality(bag: Sequence[str], counts: Counter[str]) -> float:
    """Mean count, in the whole chunk, of the sentence's different content words."""
    different = set(bag)
    return sum(counts[word] for word in different) / len(different) if len(different) > 2 else 0.0


def _score(sentence: Sentence, words: frozenset[str], centrality: float) -> Scored:
    text = sentence.text
    found = tuple(figures(text))
    cause, risk, event = (pattern.search(text) for pattern in (CAUSE, RISK, EVENT))
    terms, pointer = tuple(key_terms(text)), _POINTER.search(text) is not None
    with_unit = sum(figure.unit is not None for figure in found)
    change = _change(text, with_amount=with_unit > 0)
    score = (
        1.0 * min(with_unit, 3)
        + 0.2 * min(len(found) - with_unit, 3)
        + 1.5 * (change is not None)
        + 1.5 * (cause is not None)
        + 1.2 * (risk is not None)
        + 0.8 * (event is not None)
        + 0.6 * (STANCE.search(text) is not None)
        + 0.5 * min(len(terms), 3)
        + 2.0 * centrality
        - 3.0 * pointer
        - 0.8 * (_LEANING.match(text) is not None)
        - _length_penalty(len(text))
    )
    return Scored(
        sentence=sentence, score=score, figures=found, change=change, cause=cause, risk=risk, event=event,
        terms=terms, pointer=pointer, words=words,
    )  # fmt: skip


def _change(text: str, *, with_amount: bool) -> re.Match[str] | None:
    return next((m for m in CHANGE.finditer(text) if with_amount or m[0].lower() not in _WEAK_CHANGES), None)


def _length_penalty(length: int) -> float:
    shortest, longest = _BEST_LENGTH
    if length < shortest:
        return (shortest - length) / 20
    return max(0, length - longest) / 60
