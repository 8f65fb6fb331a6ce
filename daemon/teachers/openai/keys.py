"""The key: where it comes from, and that it goes nowhere but into the header."""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from daemon.credentials import CredentialProblem, secret
from daemon.teachers.base import TeacherUnavailable

# A shorter one could not be told from the words of an answer, where it must be hidden; with quotes and backslashes it would
# look another way in each kind of quotation.
_USABLE: Final = re.compile(r"[!#-%(-;=?-\[\]-~]{8,4096}")
_HIDDEN: Final = "[key]"


class Key:
    """May be absent. Shown to nobody: neither by repr nor by what passes through `hidden`."""

    def __init__(self, value: str | None) -> None:
        self._value = value
        # As it is, as some JSON writers escape it, and as it stands in a URL.
        self._spellings = () if value is None else tuple({value, value.replace("/", "\\/"), quote(value, safe="")})

    def __repr__(self) -> str:
        return "Key()"

    @property
    def headers(self) -> dict[str, str]:
        return {} if self._value is None else {"Authorization": f"Bearer {self._value}"}

    def hidden(self, text: str) -> str:
        """`text` with `[key]` wherever the key stands. To be asked before a text is cut: half a key is a secret too."""
        for spelling in self._spellings:
            text = text.replace(spelling, _HIDDEN)
        return text

    def hidden_in(self, body: bytes) -> bytes:
        for spelling in self._spellings:
            body = body.replace(spelling.encode(), _HIDDEN.encode())
        return body


def key_of(name: str | None, environment: Mapping[str, str]) -> Key:
    """Raises TeacherUnavailable for a key that is named and not there, or that cannot be one."""
    if name is None:
        return Key(None)
    try:
        value = secret(name, environment)
    except CredentialProblem as problem:
        raise TeacherUnavailable(str(problem)) from problem
    if value is None:
        raise TeacherUnavailable(f"teacher.api_key_env names {name}, which is not set: set it, or remove the setting")
    if _USABLE.fullmatch(value) is None:
        raise TeacherUnavailable(
            f"the key in {name} cannot be used: it needs 8 ASCII characters or more, without quotes and backslashes"
        )
    return Key(value)
