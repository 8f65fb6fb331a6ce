"""EDGAR's stand-in on loopback: its addresses, its manners and its bad days, over a folder of filings.

The demo, the tests and the benchmarks share it, so that what is shown and tested is what polls the real one.
"""

from daemon.standin.desk import Seen
from daemon.standin.faults import Fault
from daemon.standin.listing import NothingHidden
from daemon.standin.server import StandIn

__all__ = ["Fault", "NothingHidden", "Seen", "StandIn"]
