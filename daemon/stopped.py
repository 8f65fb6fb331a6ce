"""The one exception that is no error."""


class Stopped(Exception):
    """The service is ending; what was not done is done by the next one."""
