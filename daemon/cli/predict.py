"""finsdistill predict [FILE]"""

import json
import sys
import threading
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from daemon.cli.options import Config, settings_of
from daemon.terminal import printable

if TYPE_CHECKING:
    from daemon.predicting import Asked
    from evaluator.answering import StudentRef

_FILE = "a filing (.htm, .html, .txt), plain text, or .jsonl with one text a line; else standard input"
_ADAPTER = "an adapter's id or its start; `base` is the student before any training"


def register(app: typer.Typer) -> None:
    app.command("predict")(predict)


def predict(
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help=_FILE)] = None,
    adapter: Annotated[str, typer.Option("--adapter", metavar="ID|base", help=_ADAPTER)] = "champion",
    as_json: Annotated[bool, typer.Option("--json", help="one stable JSON object a piece and line")] = False,
    config: Config = None,
) -> None:
    """Let the student answer a filing or a text: a summary of each piece, and why."""
    from daemon.activity import Activity  # noqa: PLC0415 - the parser, DuckDB and the progress bar: `status` needs none
    from daemon.cli.progress import Bars  # noqa: PLC0415
    from daemon.filing import ChunkOptions  # noqa: PLC0415
    from daemon.parsing import Parser  # noqa: PLC0415
    from daemon.pieces import pieces_of, read_source  # noqa: PLC0415
    from daemon.predicting import ask, student_of  # noqa: PLC0415

    settings = settings_of(config)
    student = student_of(settings, adapter)
    source = read_source(file, _standard_input())
    parser = Parser(threading.Event())
    try:
        pieces = pieces_of(source, options=ChunkOptions(**settings.chunk.model_dump()), parser=parser)
    finally:
        parser.close()
    _warn(student)
    activity = Activity()
    with Bars(activity, shown=sys.stderr.isatty()) as bars:
        asked = ask(settings, student, pieces, activity=activity, shown=bars.refresh)
    _print(asked, student, as_json=as_json)


def _standard_input() -> Iterator[bytes]:
    if sys.stdin.isatty():
        sys.stderr.write("type or paste the text; Ctrl-D ends it\n")
    return iter(partial(sys.stdin.buffer.read, 1 << 20), b"")


def _warn(student: "StudentRef") -> None:
    """The one thing that makes an answer slow, before it is."""
    from trainer.hardware import gpu_present  # noqa: PLC0415 - as above

    if not student.toy and not gpu_present():
        sys.stderr.write(f"no GPU is here: {printable(student.base)} answers on the CPU, a piece may take a minute\n")


def _print(asked: Sequence["Asked"], student: "StudentRef", *, as_json: bool) -> None:
    lines = json_lines(asked, student) if as_json else text_lines(asked, student)
    sys.stdout.write("\n".join(lines) + "\n")


def json_lines(asked: Sequence["Asked"], student: "StudentRef") -> list[str]:
    """One object a piece. What cannot be shown safely on a terminal is left out here too. Pure."""
    name = student.adapter.adapter_id if student.adapter else None
    return [
        json.dumps(
            {
                "number": number,
                "item": one.piece.item,
                "text": printable(one.piece.text),
                "summary": _clean(one.reply.summary),
                "rationale": _clean(one.reply.rationale),
                "trimmed": one.reply.trimmed,
                "hit_limit": one.reply.hit_limit,
                "adapter": name,
                "base": student.base,
                "toy": student.toy,
            },
            ensure_ascii=False,
        )
        for number, one in enumerate(asked, 1)
    ]


def text_lines(asked: Sequence["Asked"], student: "StudentRef") -> list[str]:
    """The screen, top to bottom. Pure."""
    who = (
        f"adapter {student.adapter.adapter_id[:8]} on {student.base}" if student.adapter else f"the base {student.base}"
    )
    toy = " (toy: it shows that the loop works, not what a student can do)" if student.toy else ""
    lines = [printable(f"answered by {who}{toy}")]
    for number, one in enumerate(asked, 1):
        item = f" · Item {one.piece.item}" if one.piece.item else ""
        notes = [
            *(["the text's end did not fit"] if one.reply.trimmed else []),
            *(["cut off at its longest length"] if one.reply.hit_limit else []),
        ]
        noted = f" ({'; '.join(notes)})" if notes else ""
        lines += ["", printable(f"piece {number} of {len(asked)}{item}{noted}")]
        lines.append(f"  summary    {_indented(one.reply.summary)}")
        if student.objective != "summary":
            lines.append(f"  rationale  {_indented(one.reply.rationale)}")
    return lines


def _clean(text: str | None) -> str | None:
    return None if text is None else printable(text)


def _indented(text: str | None) -> str:
    return "(nothing that could be read)" if text is None else printable(text).replace("\n", "\n" + " " * 13)
