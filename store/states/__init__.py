"""Decisions' facts, folded purely from events."""
