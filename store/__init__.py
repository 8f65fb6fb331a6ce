"""The vocabulary and the memory: ids, events, the log, what is folded from it, what is published. Imports nothing of ours."""
