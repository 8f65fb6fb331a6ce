"""Exports: a dataset that others can load, of what is published at one position of the log, without the service."""
