"""What the filings of all companies talk about, Item by Item: sentences with marks, filled from each company's books."""

from daemon.samples.topics.base import Para, Topic
from daemon.samples.topics.business import BUSINESS, PROPERTIES
from daemon.samples.topics.rest import CONTROLS, LEGAL, MARKET_RISK, NOTES, STOCK
from daemon.samples.topics.results import DISCUSSION
from daemon.samples.topics.risks import RISKS

__all__ = [
    "BUSINESS", "CONTROLS", "DISCUSSION", "LEGAL", "MARKET_RISK", "NOTES", "PROPERTIES", "RISKS", "STOCK", "Para", "Topic",
]  # fmt: skip
