"""What the model hub says when it is asked for a model, and how it is reached. Loads no model library."""

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlsplit

from huggingface_hub import HfApi, ModelInfo
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from daemon.credentials import CredentialProblem, secret

_HUB: Final = "https://huggingface.co"
_TRUE: Final = ("1", "ON", "YES", "TRUE")
# What from_pretrained downloads; `original/` and consolidated files stay where they are.
_WEIGHTS: Final = re.compile(r"model(-\d+-of-\d+)?\.safetensors")
_BESIDE: Final = re.compile(r"[^/]+\.(json|model|jinja)")

Verdict = Literal["open", "no_weights", "gated", "token_refused", "no_model", "no_revision", "silent"]


@dataclass(frozen=True)
class Hub:
    """Where models come from, as the libraries of the children read it from the same variables."""

    endpoint: str
    cache: Path
    token: str | None
    offline: bool

    @property
    def shown(self) -> str:
        """Without what a person may have put before the host."""
        parts = urlsplit(self.endpoint)
        return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


@dataclass(frozen=True)
class Reply:
    """`size`: bytes of the download, None where the hub does not say. `why`: what came instead of an answer."""

    verdict: Verdict
    size: int | None = None
    why: str = ""


def hub_of(environment: Mapping[str, str]) -> Hub:
    """Raises CredentialProblem for a token that cannot be one."""
    user_cache = environment.get("XDG_CACHE_HOME") or f"{environment.get('HOME') or Path.home()}/.cache"
    home = Path(environment.get("HF_HOME") or f"{user_cache}/huggingface").expanduser()
    cache = environment.get("HF_HUB_CACHE") or environment.get("HUGGINGFACE_HUB_CACHE") or home / "hub"
    offline = environment.get("HF_HUB_OFFLINE") or environment.get("TRANSFORMERS_OFFLINE") or ""
    return Hub(
        endpoint=(environment.get("HF_ENDPOINT") or _HUB).rstrip("/"),
        cache=Path(cache).expanduser(),
        token=secret("HF_TOKEN", environment) or _of_login(Path(environment.get("HF_TOKEN_PATH") or home / "token")),
        offline=offline.upper() in _TRUE,
    )


def _of_login(path: Path) -> str | None:
    """What the hub's own login command left."""
    try:
        found = path.expanduser().read_text("utf-8", errors="replace").strip()
    except FileNotFoundError:
        return None
    if not found.isascii() or len(found.split()) > 1:
        raise CredentialProblem(f"{path} holds no token of the hub: log in again, or set HF_TOKEN")
    return found or None


class Question(threading.Thread):
    """One model asked for beside others. A name server that is silent cannot be given a time limit: the one who asks
    waits as long as he likes, and what comes later is nobody's."""

    def __init__(self, hub: Hub, model: str, revision: str, *, within_s: float) -> None:
        super().__init__(name=f"hub-{model}", daemon=True)
        self._asked = (hub, model, revision)
        self._within_s = within_s
        self._reply = Reply("silent", why=f"nothing came in {within_s:g} s")

    def run(self) -> None:
        self._reply = ask(*self._asked, within_s=self._within_s)

    def reply(self, within_s: float) -> Reply:
        self.join(max(0.0, within_s))
        return self._reply


def ask(hub: Hub, model: str, revision: str, *, within_s: float) -> Reply:
    """Two small requests: anyone may read about a gated model, and only the second says whether its files are ours."""
    api = HfApi(endpoint=hub.endpoint, token=hub.token or False)
    try:
        info = api.model_info(model, revision=revision, files_metadata=True, timeout=within_s)
        if info.gated:
            api.auth_check(model)
    except GatedRepoError:
        return Reply("gated")
    except RevisionNotFoundError:
        return Reply("no_revision")
    except RepositoryNotFoundError:
        return Reply("no_model")
    except HfHubHTTPError as error:
        status = error.response.status_code
        return Reply("token_refused" if status in (401, 403) else "silent", why=f"it answered {status}")
    except Exception as error:  # noqa: BLE001 - no network, a proxy's page, half a JSON: whatever it is, it is the finding
        return Reply("silent", why=_reason(error))
    return _weighed(info)


def _reason(error: BaseException) -> str:
    """What the system said of the network, else the error's name alone: a library's own words may hold the token."""
    below = error
    while not isinstance(below, OSError):
        deeper = below.__cause__ or below.__context__
        if deeper is None:
            return type(error).__name__
        below = deeper
    return below.strerror or type(error).__name__


def _weighed(info: ModelInfo) -> Reply:
    files = info.siblings or []
    weights = [file for file in files if _WEIGHTS.fullmatch(file.rfilename)]
    if not weights:
        return Reply("no_weights")
    taken = [file.size for file in files if file in weights or _BESIDE.fullmatch(file.rfilename)]
    return Reply("open", size=sum(size or 0 for size in taken) if all(file.size for file in weights) else None)
