"""The twelve invented companies."""

from typing import Final

from daemon.samples.companies.base import Company, Risk, Segment, Shape, Site
from daemon.samples.companies.held_out import HELD_OUT
from daemon.samples.companies.lenders import LENDERS
from daemon.samples.companies.makers import MAKERS
from daemon.samples.companies.sellers import SELLERS

COMPANIES: Final[tuple[Company, ...]] = tuple(
    sorted((*HELD_OUT, *LENDERS, *MAKERS, *SELLERS), key=lambda company: company.cik)
)

__all__ = ["COMPANIES", "HELD_OUT", "Company", "Risk", "Segment", "Shape", "Site"]
