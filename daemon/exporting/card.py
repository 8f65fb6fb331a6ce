"""The dataset card, README.md: what the rows are, where they came from, under which licence, and how to make them again.

Pure, and without a date: the same export has the same card. What others said (a server, a filing, a configuration) is one
line and cannot be markup.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from daemon.exporting.columns import Column
from daemon.exporting.manifest import AdapterOrigin, ExportManifest, RecipeUsed
from daemon.terminal import printable

_MARKUP: Final = re.compile(r"[`|<>\[\]\\*_#~]")
_TOY: Final = (
    "**This is a toy.** The teacher picks sentences by rule; what it says shows that the loop works, and no more."
)
_DEMO: Final = "**This is a demo.** The companies, their filings and every figure in them are invented."
_CONTENT: Final = (
    "Excerpts of SEC 10-K filings (`text`), each with the steps (`rationale`) and the `summary` that a teacher model wrote. "
    "One row a text, however often it occurs."
)
_CHOSEN: Final = (
    "These are the labels that a training takes: grounded, as the teacher closed them (not repaired or forced), not rejected "
    "in a review, one a text. Companies are held out as a whole; a text of both splits is in neither."
)


@dataclass(frozen=True)
class Card:
    """`notices`: what the recipes' licences say, one sentence each. `command`: what makes this export again."""

    manifest: ExportManifest
    columns: Sequence[Column]
    notices: Sequence[str]
    command: str

    def text(self) -> str:
        body = "\n\n".join("\n".join(part) for part in self._parts())
        return f"{self._front_matter()}\n{body}\n"

    def _parts(self) -> Iterator[Sequence[str]]:
        manifest = self.manifest
        yield ["# Triplets from SEC 10-K filings" + (" (toy)" if manifest.toy else "")]
        if manifest.toy:
            yield [_TOY]
        if manifest.purpose == "demo":
            yield [_DEMO]
        yield [_CONTENT]
        yield ["```python", "from datasets import load_dataset", 'load_dataset("DIR")  # this folder', "```"]
        yield ["## Splits"]
        yield ["| split | file | rows | sha256 of the rows |", "| --- | --- | ---: | --- |", *self._split_rows()]
        yield [f"{_CHOSEN} Left out: {_left_out(manifest)}. The view `triplets` of `finsdistill sql` has them."]
        if manifest.adapter is not None:
            yield ["## The adapter's training set"]
            yield [_adapter_text(manifest.adapter)]
        yield ["## Origin"]
        yield [f"Log `{plain(manifest.log_id)}`, as it was at event {manifest.log_seq}. Recipes in use:"]
        yield [
            "| recipe | teacher | model | revision | licence | |",
            "| --- | --- | --- | --- | --- | --- |",
            *map(_recipe_row, manifest.recipes),
        ]
        yield ["## Licence"]
        yield [
            " ".join(("The texts are excerpts of filings that the SEC makes public.", *map(_sentence, self.notices)))
        ]
        yield ["## The same again"]
        yield ["```", self.command, "```"]
        yield [
            "gives the same rows, in the same order, with the same sha256: of the rows as JSON Lines with sorted keys, which "
            "is `sha256sum` of a file of `--format jsonl`. `export.json` says all this to programs."
        ]
        yield ["## Columns"]
        yield ["| column | type | what it is |", "| --- | --- | --- |", *map(_column_row, self.columns)]

    def _split_rows(self) -> Iterator[str]:
        for split in self.manifest.splits:
            yield f"| {split.split} | {split.file} | {split.rows} | `{split.rows_sha256}` |"

    def _front_matter(self) -> str:
        """What `load_dataset` reads. Features are written out: of JSON alone a column without a value has no type, and
        two splits then none in common. A split without rows would fail to load and is not named."""
        named = [split for split in self.manifest.splits if split.rows]
        return "\n".join(
            [
                "---",
                "pretty_name: Triplets from SEC 10-K filings" + (" (toy)" if self.manifest.toy else ""),
                "language:\n- en",
                "license: other",
                "tags:\n- finsdistill\n- sec-10-k" + ("\n- toy" if self.manifest.toy else ""),
                "configs:\n- config_name: default\n  data_files:",
                *(f"  - split: {split.split}\n    path: {split.file}" for split in named),
                "dataset_info:\n  features:",
                *map(_feature, self.columns),
                "---",
                "",
            ]
        )


def plain(text: str) -> str:
    """One line that is no markup."""
    return _MARKUP.sub("", printable(" ".join(text.split())))


def _sentence(text: str) -> str:
    """Ours, with a model's name in it: its brackets are meant."""
    return printable(" ".join(text.split())).replace("](", "] (").translate(str.maketrans("`<>", "'()"))


def _feature(column: Column) -> str:
    kind = "list: string" if column.kind == "list" else f"dtype: {column.kind}"
    return f"  - name: {column.name}\n    {kind}"


def _column_row(column: Column) -> str:
    return f"| {column.name} | {'list of string' if column.kind == 'list' else column.kind} | {column.says} |"


def _recipe_row(recipe: RecipeUsed) -> str:
    cells = (recipe.recipe, recipe.teacher, recipe.model or "", recipe.revision or "", recipe.licence or "unknown")
    notes = ["active" if recipe.active else "kept beside it", *(["toy"] if recipe.toy else [])]
    return f"| {' | '.join(map(plain, cells))} | {', '.join(notes)} |"


def _left_out(manifest: ExportManifest) -> str:
    out = manifest.left_out
    return f"{out.both_splits} texts of both splits, {out.unsound} labels that a training does not take"


def _adapter_text(origin: AdapterOrigin) -> str:
    begin = (
        f"The train split is the training set of adapter `{origin.adapter_id}` on {plain(origin.base)}: snapshot "
        f"`{origin.snapshot_id}`, {origin.rows} rows with sha256 `{origin.sha256}` (of the columns that a snapshot has; "
        f"checked when this was made), {origin.new_rows} of them new since the snapshot before (`is_new`). The held-out "
        f"split is the snapshot's, sha256 `{origin.heldout_sha256}`."
    )
    if origin.start == "scratch":
        return f"{begin} It was trained from the base on {_learned(origin)} of these rows."
    line = ", ".join(f"`{parent.adapter_id}` (snapshot `{parent.snapshot_id}`)" for parent in origin.parents)
    return (
        f"{begin} It was trained warm: it goes on from adapter {line}, and its own run saw {origin.trained_rows} of these "
        f"rows, those that its parent had not learned and a replay. It and its parents learned from {_learned(origin)} of "
        f"these rows. {origin.learned_elsewhere} rows that a parent learned are gone since (retired, or rejected in a review) "
        "and not here: `finsdistill export DIR --adapter` of the parent has them."
    )


def _learned(origin: AdapterOrigin) -> str:
    if origin.learned_rows == origin.rows:
        return "all"
    return f"{origin.learned_rows} (`learned`; the others left no room for text and answer)"
