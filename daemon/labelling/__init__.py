"""What the label step decides with: which recipe labels, when labelling waits, and what an outcome becomes in the log."""
