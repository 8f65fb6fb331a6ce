"""Whether a challenger is promoted, by the design's rule; tests/evaluator/test_gate.py simulates how often it errs."""

from typing import Final

from evaluator.spec import Comparison, Decision

MIN_CLUSTERS: Final = 8
MIN_TEXTS: Final = 30
SIGNATURE: Final = f"gate:v1|lower_end>0|clusters>={MIN_CLUSTERS}|texts>={MIN_TEXTS}"


def decide(comparison: Comparison | None) -> Decision:
    """None means that no held-out text was left to score on."""
    if comparison is None:
        return Decision(action="unscored", reason="no_heldout", detail=_NO_HELDOUT, signature=SIGNATURE)
    signature = f"{SIGNATURE}|{comparison.signature}"
    if comparison.clusters < MIN_CLUSTERS or comparison.n < MIN_TEXTS or comparison.low is None:
        return Decision(action="hold", reason="too_few_heldout", detail=_too_few(comparison), signature=signature)
    if comparison.low > 0:
        return Decision(action="promote", reason="better", detail=_measured(comparison, "above"), signature=signature)
    return Decision(action="hold", reason="not_better", detail=_measured(comparison, "not above"), signature=signature)


_MORE: Final = (
    "get more with `finsdistill backfill --since YEAR` or by listing more companies in [evaluator] heldout before they "
    "are first seen, or promote by hand with `finsdistill promote ID`"
)
_NO_HELDOUT: Final = (
    "no held-out text that no scored adapter was trained on, so nothing was measured and nothing is promoted: " + _MORE
)


def _too_few(comparison: Comparison) -> str:
    kind = {"company": "companies", "filing": "filings"}[comparison.cluster_by]
    return (
        f"{comparison.n} held-out texts from {comparison.clusters} {kind} are too few to tell better from lucky "
        f"(needed: {MIN_TEXTS} texts, {MIN_CLUSTERS} clusters): {_MORE}"
    )


def _measured(comparison: Comparison, verdict: str) -> str:
    return (
        f"{comparison.field} {comparison.metric} {comparison.difference:+.4f} against the {comparison.against} "
        f"[{comparison.low:+.4f}, {comparison.high:+.4f}], the lower end {verdict} 0 "
        f"({comparison.n} texts, {comparison.clusters} clusters by {comparison.cluster_by})"
    )
