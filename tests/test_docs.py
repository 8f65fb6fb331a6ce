"""README, docs, `--help`, configuration and events say the same: what exists is documented, what is documented exists."""

import re
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import typer
from pydantic import BaseModel

from daemon.cli import app
from daemon.cli.init import template
from daemon.settings import Settings
from store.events import Event

ROOT = Path(__file__).resolve().parents[1]
DOCS = {
    str(path.relative_to(ROOT)): path.read_text()
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
}
TEXT = "\n".join(DOCS.values())
# A line may name what a later issue brings, if it says so.
LATER = re.compile(r"\blater\b|\bcomes? with\b|\bnot (part of this version )?yet\b|\bplanned\b", re.IGNORECASE)
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Command:
    name: str
    options: frozenset[str]


def commands_of(group: typing.Any, prefix: str = "") -> Iterator[Command]:
    """Every command below `group` by its full name ("watch add"), groups themselves included."""
    for name, command in group.commands.items():
        options = {option for parameter in command.params for option in parameter.opts if option.startswith("--")}
        yield Command(f"{prefix}{name}", frozenset(options))
        if hasattr(command, "commands"):
            yield from commands_of(command, f"{prefix}{name} ")


def keys_of(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """Every configuration key as "section.key"; a section that is a union has the keys of all its members."""
    for name, field in model.model_fields.items():
        sections = list(models_in(field.annotation))
        if not sections:
            yield f"{prefix}{name}"
        for section in sections:
            yield from keys_of(section, f"{prefix}{name}.")


def models_in(annotation: typing.Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in typing.get_args(annotation):
        yield from models_in(argument)


def events_of(union: typing.Any) -> list[str]:
    return [member.__name__ for member in models_in(union)]


def code_in(text: str) -> Iterator[str]:
    """Each code span and each line of a fenced block, but for what its line puts off to later."""
    for line in FENCE.sub("", text).splitlines():
        if not LATER.search(line):
            yield from re.findall(r"`([^`]+)`", line)
    for language, block in FENCE.findall(text):
        yield from (line for line in block.splitlines() if language != "toml" and not LATER.search(line))


def calls_in(text: str) -> list[list[str]]:
    """The words after each `finsdistill` that is a command: not the path of a file, not the name of the package."""
    found = [re.search(r"(?:^|[\s/$(])finsdistill((?: +[^|;&#>`]+)?)", code) for code in code_in(text)]
    return [match[1].split() for match in found if match and match[1].strip()]


def rows_in(text: str) -> list[list[str]]:
    """The words of each code span in the first column of a table whose head says "command"."""
    tables = re.findall(r"^\|\s*command[^\n]*\n\|[-| :]+\n((?:\|[^\n]*\n)+)", text, re.MULTILINE | re.IGNORECASE)
    rows = [row for table in tables for row in table.splitlines() if not LATER.search(row)]
    return [
        span.split()
        for row in rows
        for span in re.findall(r"`(?:finsdistill )?([^`]+)`", re.split(r"(?<!\\)\|", row)[1])
    ]


def keys_in(text: str) -> set[str]:
    """ "section.key" of every toml block, commented-out lines included."""
    keys, section = set(), ""
    for line in (line for language, block in FENCE.findall(text) if language == "toml" for line in block.splitlines()):
        if header := re.match(r"#? ?\[(\w+)\]", line):
            section = header[1]
        if key := re.match(r"#? ?(?:\[\w+\] +)?([a-z]\w*) *=", line):
            keys.add(f"{section}.{key[1]}")
    return keys


COMMANDS = {command.name: command for command in commands_of(typer.main.get_command(app))}
KEYS = sorted(set(keys_of(Settings)))


def named(words: list[str]) -> str | None:
    """The longest command that `words` begin with."""
    plain = [word for word in words if not word.startswith("-")]
    return next((name for size in (2, 1) if (name := " ".join(plain[:size])) in COMMANDS), None)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_documented(name):
    assert any(re.match(rf"(finsdistill )?{re.escape(name)}\b", code.strip()) for code in code_in(TEXT))


@pytest.mark.parametrize(
    "option", sorted({f"{c.name} {option}" for c in COMMANDS.values() for option in c.options - {"--help"}})
)
def test_every_option_is_documented(option):
    assert option.rpartition(" ")[2] in TEXT


@pytest.mark.parametrize("file", DOCS)
def test_every_documented_call_is_a_command_with_these_options(file):
    for words in calls_in(DOCS[file]) + rows_in(DOCS[file]):
        name = named(words)
        given = set(re.findall(r"--[a-z][a-z-]*", " ".join(words)))
        assert name or given == {"--help"}, f"finsdistill {' '.join(words)}: there is no such command"
        known = COMMANDS[name].options if name else set()
        assert given <= {*known, "--help", "--config"}, f"finsdistill {' '.join(words)}: no such option"


@pytest.mark.parametrize("key", KEYS)
def test_every_configuration_key_is_documented(key):
    assert key in keys_in(TEXT) or f"`{key}`" in TEXT


def test_every_documented_configuration_key_exists():
    assert sorted(keys_in(TEXT) - set(KEYS)) == []


@pytest.mark.parametrize("name", events_of(Event))
def test_every_event_is_documented(name):
    assert f"`{name}`" in TEXT


@pytest.mark.parametrize("file", ["CONTRIBUTING.md", *DOCS])
def test_every_file_of_ours_that_a_document_names_exists(file):
    spans = re.findall(
        r"`((?:store|daemon|trainer|evaluator|tests|docs|benchmarks)/[\w./-]*)`", (ROOT / file).read_text()
    )
    assert [span for span in spans if not (ROOT / span).exists()] == []


def test_the_configuration_that_init_writes_is_the_one_in_the_repository_and_has_every_key():
    written = (ROOT / "config.toml").read_text()
    assert template() == written
    assert keys_in(f"```toml\n{written}```") == set(KEYS)


WRONG = """Run `finsdistill statsu`, or so.
And `finsdistill ship` comes with a later issue.
```
$ finsdistill run --twice  # hm
```
```toml
[edgar]
# forms = ["10-K"]
[teacher] kind = "local"
```
| Command | does |
| --- | --- |
| `statsu [--json\\|--csv]` | this |
| `ship` | comes with a later issue |
"""


def test_a_wrong_document_is_caught():
    assert calls_in(WRONG) == [["statsu"], ["run", "--twice"]]
    assert rows_in(WRONG) == [["statsu", "[--json\\|--csv]"]]
    assert keys_in(WRONG) == {"edgar.forms", "teacher.kind"}
