"""Reading a payload of any version ever written. What is stored is never rewritten: an older one is told anew as it is read.

When an event's fields change, its `v` goes up and the function that makes the new version of the old one goes in here.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from pydantic import TypeAdapter

from store.events import EVENT, Event
from store.ids import canonical_json

Read = TypeVar("Read")
Values = Mapping[str, Any]  # an event's JSON
# What is said by (type, version) in the words of the next version. Pure: no clock, no disk, and its input is left alone.
Upcasters = Mapping[tuple[str, int], Callable[[Values], Values]]


def _next(values: Values, **more: object) -> Values:
    return {**values, **more, "v": values["v"] + 1}


UPCASTERS: Final[Upcasters] = {
    ("ChunkAppended", 1): lambda values: _next(values, by_reference=False, marks=[]),
    ("FilingChunked", 1): lambda values: _next(values, found=[]),
    ("ChunkRetired", 1): lambda values: _next(values, amended_by=None),
}


def newest(payload: str, upcasters: Upcasters) -> str:
    """The payload in the words of the newest version. Raises ValueError for an upcaster that does not go one version up."""
    if not any(f'"type":"{name}"' in payload and f'"v":{v}' in payload for name, v in upcasters):
        return payload  # nearly all, and two words are found in a tenth of the time of reading; no string holds a bare quote
    values: Values = json.loads(payload)
    while (step := upcasters.get((values["type"], values["v"]))) is not None:
        told = step(values)
        if told["v"] != values["v"] + 1:
            raise ValueError(f"the upcaster of {values['type']} v{values['v']} made v{told['v']}: it must go one up")
        values = told
    return canonical_json(values)


def event_of(payload: str) -> Event:
    """Raises pydantic.ValidationError, a ValueError, for an unknown type or a version of a newer finsdistill."""
    return read(payload, EVENT, UPCASTERS)


def read(payload: str, adapter: TypeAdapter[Read], upcasters: Upcasters) -> Read:
    return adapter.validate_json(newest(payload, upcasters))
