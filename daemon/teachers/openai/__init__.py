"""A model on servers that speak OpenAI's HTTP interface: settings are light, everything else runs in the worker process."""
