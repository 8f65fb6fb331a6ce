"""The local language model: settings are light, everything else runs in the worker process."""
