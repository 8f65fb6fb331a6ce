"""Secrets: from the environment, or from the folder that systemd fills (LoadCredential= of the unit)."""

import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final

from store.errors import FinsdistillError

# Where the hub's libraries look for their token.
HUB: Final = ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")
FOLDER: Final = "CREDENTIALS_DIRECTORY"  # set by systemd: whoever is told it can read every secret of the unit
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class CredentialProblem(FinsdistillError):
    """A secret is there and cannot be used. Never says what it is."""


def secret(name: str, environment: Mapping[str, str]) -> str | None:
    """The variable `name`, else the file $CREDENTIALS_DIRECTORY/`name` in lower case; empty means none. Never log it.

    Raises CredentialProblem for a name that is no variable's, a file that cannot be read, and a secret of several words.
    """
    if _NAME.fullmatch(name) is None:
        raise CredentialProblem(f"{name!r} is no environment variable's name: use letters, digits and _")
    found = environment.get(name, "").strip() or _from_file(name, environment.get(FOLDER, ""))
    if len(found.split()) > 1:
        # A line end inside would end the HTTP header it is sent in and begin another.
        raise CredentialProblem(f"the secret {name} holds spaces or several lines: give the secret alone")
    return found or None


def kept_from_teacher(secrets: Collection[str]) -> frozenset[str]:
    """Variables that the worker of a teacher with these `secrets` does not get. A server's key may lie in the folder; the
    hub's token was taken out of it when the service started."""
    others = HUB if set(secrets) - set(HUB) else (*HUB, FOLDER)
    return frozenset(others) - frozenset(secrets)


def kept_from_student(secrets: Collection[str]) -> frozenset[str]:
    """Variables that trainer and evaluator do not get beside a teacher with these `secrets`: they may need the hub's."""
    return frozenset((*secrets, FOLDER)) - frozenset(HUB)


def _from_file(name: str, folder: str) -> str:
    if not folder:
        return ""
    path = Path(folder) / name.lower()
    try:
        return path.read_text("utf-8").strip()
    except FileNotFoundError:
        return ""
    except OSError as cause:
        raise CredentialProblem(f"the credential {path} cannot be read ({cause.strerror}): make it readable") from cause
    except UnicodeDecodeError:
        # The cause holds the bytes, and a log of the traceback would show them.
        raise CredentialProblem(f"the credential {path} is no text: write the secret alone into it") from None
