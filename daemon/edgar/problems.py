"""What can go wrong between us and EDGAR, by what the caller can do about it."""

from store.errors import FinsdistillError


class NoUserAgent(FinsdistillError):
    """Nobody asks EDGAR anonymously."""

    def __init__(self) -> None:
        super().__init__(
            "edgar.user_agent is not set, and SEC refuses clients that do not say who they are: set it to your name and "
            'e-mail address (user_agent = "Your Company you@company.com"), or watch nobody (companies = []) and use the inbox'
        )


class EdgarProblem(FinsdistillError):
    """A request to EDGAR that gave nothing usable."""

    def __init__(self, url: str, why: str, next_step: str) -> None:
        super().__init__(f"{url}: {why}; {next_step}")
        self.url, self.why = url, why


class EdgarUnavailable(EdgarProblem):
    """EDGAR did not answer well, again and again. It may a little later."""

    def __init__(self, url: str, why: str) -> None:
        super().__init__(url, why, "it is asked again later")


class EdgarMissing(EdgarProblem):
    """EDGAR says that there is no such thing. A new filing's files may still be on their way."""

    def __init__(self, url: str, status: int) -> None:
        super().__init__(url, f"EDGAR has nothing there (HTTP {status})", "check the name, or wait until it is there")


class EdgarTooLarge(EdgarProblem):
    """More bytes than anything of its kind has."""

    def __init__(self, url: str, limit: int) -> None:
        super().__init__(url, f"more than {limit:,} bytes", "drop the filing's main document into the inbox instead")


class EdgarUnreadable(EdgarProblem):
    """A whole answer that is not what EDGAR documents."""

    def __init__(self, url: str, why: str) -> None:
        super().__init__(url, why, "if it stays so, EDGAR changed: look for a newer finsdistill")


class HostNotAllowed(EdgarProblem):
    """Only the two configured hosts are ever asked."""

    def __init__(self, url: str) -> None:
        super().__init__(url, "is on none of edgar.data_url and edgar.www_url", "it is not asked")
