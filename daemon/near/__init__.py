"""Texts that are nearly others: found when a filing is chunked, and told to the log as links. What the log says is never
computed again; everything here can be thrown away and made anew from it."""

from daemon.near.judging import GUARD
from daemon.near.near import Near

__all__ = ["GUARD", "Near"]
