"""The metrics, in the order in which a report shows them."""

from typing import Final

from evaluator.metrics.base import Metric
from evaluator.metrics.rouge import Rouge

METRICS: Final[tuple[Metric, ...]] = (
    Rouge("rouge1"),
    Rouge("rouge2"),
    Rouge("rougeL"),
    Rouge("rougeLsum"),
)
