"""Who we say we are, and whether EDGAR's hosts answer."""

from collections.abc import Iterator

from daemon.doctor.base import Finding, Patient
from daemon.edgar.problems import EdgarProblem
from store.errors import FinsdistillError


def identity(patient: Patient) -> Iterator[Finding]:
    """The settings refuse a User-Agent of the wrong shape and the template's own."""
    edgar = patient.settings.edgar
    if edgar.user_agent is not None:
        yield Finding(check="identity", level="ok", seen=f"EDGAR is asked as {edgar.user_agent!r}")
    elif edgar.companies:
        yield Finding(
            check="identity",
            level="problem",
            seen=f"edgar.user_agent is not set, and {edgar.whose} would be watched: SEC refuses who is nobody",
            do='set user_agent = "Your Company you@company.com" in [edgar], or companies = [] to use the inbox alone',
        )
    else:
        yield Finding(check="identity", level="ok", seen="edgar.companies is empty: filings come from the inbox alone")


def hosts(patient: Patient) -> Iterator[Finding]:
    """One request to each. Nobody is asked anonymously, and nobody is asked for nothing."""
    edgar = patient.settings.edgar
    if edgar.user_agent is None:
        return
    for url in dict.fromkeys((edgar.data_url, edgar.www_url)):
        try:
            patient.probe(url)
        except EdgarProblem as error:
            yield Finding(check="hosts", level="problem", seen=f"{url} did not answer well: {error.why}", do=_do(error))
        except FinsdistillError as error:
            yield Finding(check="hosts", level="problem", seen=f"{url}: {error}", do="correct [edgar] in the config")
        else:
            yield Finding(check="hosts", level="ok", seen=f"{url} answers")


def _do(error: EdgarProblem) -> str:
    return f"check the network (curl -A 'you you@company.com' {error.url}), a proxy between, and edgar.user_agent"
