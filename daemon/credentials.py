"""Secrets: from the environment, or from the folder that systemd fills (LoadCredential= of the unit)."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from store.errors import FinsdistillError

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class CredentialProblem(FinsdistillError):
    """A secret is there and cannot be used. Never says what it is."""


def secret(name: str, environment: Mapping[str, str]) -> str | None:
    """The variable `name`, else the file $CREDENTIALS_DIRECTORY/`name` in lower case; empty means none. Never log it.

    Raises CredentialProblem for a name that is no variable's, a file that cannot be read, and a secret of several words.
    """
    if _NAME.fullmatch(name) is None:
        raise CredentialProblem(f"{name!r} is no environment variable's name: use letters, digits and _")
    found = environment.get(name, "").strip() or _from_file(name, environment.get("CREDENTIALS_DIRECTORY", ""))
    if len(found.split()) > 1:
        # A line end inside would end the HTTP header it is sent in and begin another.
        raise CredentialProblem(f"the secret {name} holds spaces or several lines: give the secret alone")
    return found or None


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
