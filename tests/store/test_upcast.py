"""Whatever was ever stored is still read. Two frozen records hold this:

`stored_payloads/<Type>.v<N>.jsonl`: payloads as version N stored them, and what they read as today where that is other
words (`reads_as`). Lines are added, never changed; `reads_as` follows the newest version.
`stored_payloads/fields.json`: the fields of each version. When the first test below fails, the event's fields changed:
raise its `v`, write the upcaster in `store/upcast.py`, and add the new version's fields and payloads here.
"""

import copy
import json
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from store.events import Event, Fact
from store.records import payload_of
from store.upcast import UPCASTERS, event_of, newest, read

STORED = Path(__file__).parent / "stored_payloads"
KINDS: dict[str, type[Fact]] = {kind.__name__: kind for kind in get_args(get_args(Event)[0])}
FIELDS: dict[str, dict[str, dict[str, str]]] = json.loads((STORED / "fields.json").read_text())


def words(annotation: Any) -> str:
    """The type in words that do not change with Python or pydantic."""
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return f"one of {', '.join(map(str, args))}"
    if origin in (Union, UnionType):
        return " or ".join(words(arg) for arg in args)
    if origin is tuple:
        return f"list of {words(args[0])}"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return str(fields_of(annotation))
    return "null" if annotation is type(None) else str(annotation.__name__)


def fields_of(model: type[BaseModel]) -> dict[str, str]:
    fields = {name: field for name, field in model.model_fields.items() if name not in ("type", "v")}
    return {
        name: words(field.annotation) + ("" if field.is_required() else f", {field.default!r} where absent")
        for name, field in fields.items()
    }


def version_of(kind: type[Fact]) -> int:
    version: int = kind.model_fields["v"].default
    return version


def stored() -> list[Any]:
    return [
        pytest.param(
            path.name.split(".")[0], line["payload"], line.get("reads_as", line["payload"]), id=f"{path.stem}-{n}"
        )
        for path in sorted(STORED.glob("*.jsonl"))
        for n, line in enumerate(map(json.loads, path.read_text("utf-8").splitlines()), 1)
    ]


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_an_events_fields_change_only_with_its_version(kind):
    assert FIELDS[kind.__name__][str(version_of(kind))] == fields_of(kind)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_version_ever_written_has_its_payloads_and_an_upcaster_to_the_next(kind):
    name, newest_version = kind.__name__, version_of(kind)
    assert list(FIELDS[name]) == [str(v) for v in range(1, newest_version + 1)]
    assert all((STORED / f"{name}.v{v}.jsonl").exists() for v in range(1, newest_version + 1))
    assert {v for event, v in UPCASTERS if event == name} == set(range(1, newest_version))


@pytest.mark.parametrize(("kind", "payload", "reads_as"), stored())
def test_a_stored_payload_is_still_read_as_what_it_said(kind, payload, reads_as):
    event = event_of(payload)
    assert type(event) is KINDS[kind]
    assert payload_of(event) == reads_as
    assert event_of(payload_of(event)) == event


def test_every_field_that_may_be_null_or_absent_is_stored_both_ways():
    for name, kind in KINDS.items():
        lines = (STORED / f"{name}.v{version_of(kind)}.jsonl").read_text("utf-8").splitlines()
        told = [json.loads(json.loads(line)["payload"]) for line in lines]
        for field in (
            name for name, text in fields_of(kind).items() if "null" in text.split("{")[0] or "absent" in text
        ):
            assert {one.get(field) is None for one in told} == {True, False}, (name, field)


def test_the_upcasters_leave_what_they_read_alone():
    for (kind, version), step in UPCASTERS.items():
        for line in (STORED / f"{kind}.v{version}.jsonl").read_text("utf-8").splitlines():
            values = json.loads(json.loads(line)["payload"])
            before = copy.deepcopy(values)
            assert step(values) == step(values)
            assert values == before


class PriceSaid(BaseModel):
    """As its third version: v1 had whole dollars, v2 cents, v3 names the currency."""

    type: Literal["PriceSaid"]
    v: Literal[3]
    cents: int
    currency: str


PRICES = {
    ("PriceSaid", 1): lambda old: {"type": old["type"], "v": 2, "cents": old["dollars"] * 100},
    ("PriceSaid", 2): lambda old: {**old, "v": 3, "currency": "USD"},
}


@pytest.mark.parametrize(
    "payload",
    [
        '{"dollars":3,"type":"PriceSaid","v":1}',
        '{"cents":300,"type":"PriceSaid","v":2}',
        '{"cents":300,"currency":"USD","type":"PriceSaid","v":3}',
    ],
)
def test_upcasters_follow_each_other_up_to_the_newest_version(payload):
    told = read(payload, TypeAdapter(PriceSaid), PRICES)
    assert (told.v, told.cents, told.currency) == (3, 300, "USD")
    assert newest(newest(payload, PRICES), PRICES) == newest(payload, PRICES)


def test_other_events_pass_the_upcasters_unchanged():
    payload = payload_of(event_of('{"company_id":"0000320193","type":"CompanyUnwatched","v":1}'))
    assert newest(payload, PRICES) == payload


def test_an_upcaster_that_skips_a_version_is_refused():
    with pytest.raises(ValueError, match="PriceSaid v1 made v3: it must go one up"):
        newest('{"dollars":3,"type":"PriceSaid","v":1}', {("PriceSaid", 1): lambda old: {**old, "v": 3}})


def test_a_version_of_a_newer_finsdistill_is_refused():
    with pytest.raises(ValidationError, match="v"):
        event_of('{"company_id":"0000320193","type":"CompanyUnwatched","v":2}')
