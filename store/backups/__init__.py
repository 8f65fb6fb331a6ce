"""Copies of what is published, with the blobs and adapters that its events name."""
