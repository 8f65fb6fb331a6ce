"""From a sealed snapshot to an adapter. Imports store only."""
