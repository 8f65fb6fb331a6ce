"""EDGAR: the one gateway through which every request passes, and what its answers say."""
