"""The way back: a log made anew from a backup, or from what its own state still holds."""
