"""The design, held by tests: imports point one way, the light half loads no torch, files and functions stay small."""

import ast
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import get_args

import pytest

from store.events import Event, Fact

ROOT = Path(__file__).resolve().parents[1]
# A package may import itself and what stands before it.
LAYERS = ("store", "trainer", "evaluator", "daemon")
FILES = sorted(path for package in LAYERS for path in (ROOT / package).rglob("*.py"))
NAMES = [str(path.relative_to(ROOT)) for path in FILES]
# The local teacher runs a model in its worker process; its settings, which the daemon reads, do not.
LOCAL_TEACHER = ("constraint", "engine", "grammar", "prompting", "sampling", "stopping", "teacher")

MAX_FILE_LINES = 300
MAX_FUNCTION_LINES = 40

HEAVY = ("torch", "transformers", "trl", "peft", "accelerate", "bitsandbytes", "datasets", "xgrammar")
# The only modules that may load a model library when they are imported: what runs a model.
RUNS_A_MODEL = (
    *("trainer.model", "trainer.fit", "trainer.sft", "trainer.batches", "trainer.loss", "trainer.seedling"),
    *("evaluator.predict", "evaluator.generate"),
    *(f"daemon.teachers.local.{name}" for name in LOCAL_TEACHER),
)

# Whose first argument is the module that a child process runs.
STARTS_A_CHILD = ("module_command", "ChildRun.start")


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(source: str, module: str, *, is_package: bool = False) -> Iterator[str]:
    """Every module that `source` can load: at the top, inside functions, relative, by importlib, or as `-m` of a child."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=name, level=level, names=names):
                base = resolve(name, level, module.split(".") if is_package else module.split(".")[:-1])
                yield from (f"{base}.{alias.name}".lstrip(".") for alias in names)
            case ast.Call(
                func=ast.Name(id="__import__" | "import_module") | ast.Attribute(attr="import_module"), args=args
            ):
                yield from constant(args[0], module)
            case ast.Call(func=func, args=[ast.Constant(value=str(child)), *_]) if ast.unparse(func) in STARTS_A_CHILD:
                yield child
            case ast.List(elts=elements) | ast.Tuple(elts=elements):
                yield from children(elements)


def resolve(name: str | None, level: int, package: list[str]) -> str:
    above = package[: len(package) - level + 1] if level else []
    return ".".join([*above, *([name] if name else [])])


def constant(argument: ast.expr, module: str) -> Iterator[str]:
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        yield argument.value
    elif module != "daemon.origin":  # it looks at each of the four packages by name
        raise AssertionError(f"{module} imports a computed name: {ast.unparse(argument)}; write the module out")


def children(arguments: list[ast.expr]) -> Iterator[str]:
    """The modules of `[…, "-m", "module", …]`: what a child process runs is imported too."""
    for flag, name in pairwise(arguments):
        if isinstance(flag, ast.Constant) and flag.value == "-m" and isinstance(name, ast.Constant):
            yield str(name.value)


def upward_imports(source: str, module: str, *, is_package: bool = False) -> list[str]:
    below = LAYERS[: LAYERS.index(module.split(".", maxsplit=1)[0]) + 1]
    forbidden = {*LAYERS, "tests", "benchmarks"} - {*below}
    return [name for name in imports_of(source, module, is_package=is_package) if name.split(".")[0] in forbidden]


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_imports_point_one_way(path):
    assert upward_imports(path.read_text(), module_name(path), is_package=path.name == "__init__.py") == []


@pytest.mark.parametrize(
    ("module", "source", "caught"),
    [
        ("store.log", "import daemon", ["daemon"]),
        ("store.log", "from daemon.cli import main", ["daemon.cli.main"]),
        ("store.log", "def f():\n    from trainer import spec", ["trainer.spec"]),
        ("store.log", "if True:\n    import evaluator.gate as gate", ["evaluator.gate"]),
        ("trainer.fit", "import importlib\nimportlib.import_module('evaluator.gate')", ["evaluator.gate"]),
        ("trainer.fit", "from importlib import import_module\nimport_module('daemon.steps')", ["daemon.steps"]),
        ("trainer.fit", "__import__('daemon')", ["daemon"]),
        ("trainer.launch", "run([python, '-P', '-m', 'evaluator', folder])", ["evaluator"]),
        ("trainer.launch", "module_command('evaluator', folder)", ["evaluator"]),
        ("evaluator.launch", "ChildRun.start('daemon', folder, spec)", ["daemon"]),
        ("evaluator.gate", "from daemon import settings", ["daemon.settings"]),
        ("daemon.cli", "import tests.builders", ["tests.builders"]),
        ("daemon.cli", "import store, trainer, evaluator, daemon.app", []),
        ("evaluator.gate", "from trainer.model import load\nfrom . import metrics\nfrom .metrics import base", []),
        ("store.log", "import daemonize, storefront\nfrom .daemon import x", []),
    ],
)
def test_an_upward_import_is_caught_wherever_it_hides(module, source, caught):
    assert upward_imports(source, module) == caught


def test_an_import_by_a_computed_name_is_refused():
    with pytest.raises(AssertionError, match="computed name"):
        upward_imports("import importlib\nimportlib.import_module(name)", "store.log")


MODELLESS = [
    path
    for path in FILES
    if module_name(path).startswith(("store", "daemon")) and module_name(path) not in RUNS_A_MODEL
]


@pytest.mark.parametrize("path", MODELLESS, ids=lambda path: str(path.relative_to(ROOT)))
def test_store_and_daemon_never_load_a_model_library_not_even_later(path):
    names = imports_of(path.read_text(), module_name(path), is_package=path.name == "__init__.py")
    assert [name for name in names if name.split(".")[0] in HEAVY] == []


LIGHT = [
    module_name(path) for path in FILES if not module_name(path).startswith(RUNS_A_MODEL) and path.name != "__main__.py"
]
# One process a package, each module after the other: the first to bring something heavy in is named.
WATCH = """
import importlib, sys
for name in sys.argv[2:]:
    importlib.import_module(name)
    if heavy := sorted(set(sys.argv[1].split(",")) & set(sys.modules)):
        sys.exit(f"{name} loads {heavy}")
"""


def loaded_by(modules: list[str], *, cwd: Path = ROOT) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", WATCH, ",".join(HEAVY), *modules]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.parametrize("package", LAYERS)
def test_the_light_half_loads_no_model_library(package):
    seen = loaded_by([name for name in LIGHT if name.split(".")[0] == package])
    assert seen.returncode == 0, seen.stderr


def test_a_module_that_loads_a_model_library_is_named(tmp_path):
    (tmp_path / "peft.py").touch()
    (tmp_path / "sly.py").write_text("import json, peft")
    assert loaded_by(["json", "sly"], cwd=tmp_path).stderr.strip() == "sly loads ['peft']"


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_files_and_functions_stay_small(path):
    source = path.read_text()
    functions = [n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    long = {f.name: lines for f in functions if (lines := (f.end_lineno or 0) - f.lineno + 1) > MAX_FUNCTION_LINES}
    assert long == {}
    assert len(source.splitlines()) <= MAX_FILE_LINES


def has_kind(node: ast.stmt) -> bool:
    """Settings with a `kind: Literal[...]`: a teacher or a source."""
    return isinstance(node, ast.ClassDef) and any(
        isinstance(field, ast.AnnAssign) and ast.unparse(field).startswith("kind: Literal[") for field in node.body
    )


def makes_a_form(node: ast.stmt) -> bool:
    value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
    return isinstance(value, ast.Call) and ast.unparse(value.func) == "Form"


def scores(node: ast.stmt) -> bool:
    """A class with a `score` that is not the seam itself."""
    if not isinstance(node, ast.ClassDef) or "Protocol" in map(ast.unparse, node.bases):
        return False
    return any(isinstance(method, ast.FunctionDef) and method.name == "score" for method in node.body)


@dataclass(frozen=True)
class Registry:
    folder: str
    table: str
    is_backend: Callable[[ast.stmt], bool]


REGISTRIES = (
    Registry("daemon/teachers", "TeacherSettings", has_kind),
    Registry("daemon/forms", "FORMS", makes_a_form),
    Registry("evaluator/metrics", "METRICS", scores),
)


def unregistered(folder: Path, registry: Registry) -> list[str]:
    """Backend files from which the registry's table in `__init__.py` takes nothing."""
    tree = ast.parse((folder / "__init__.py").read_text())
    origin = {a.name: n.module for n in tree.body if isinstance(n, ast.ImportFrom) and n.module for a in n.names}
    tables = [n for n in tree.body if isinstance(n, ast.Assign | ast.AnnAssign) and registry.table in ast.unparse(n)]
    used = {n.id for table in tables for n in ast.walk(table) if isinstance(n, ast.Name)}
    taken = {origin[name].rsplit(".", maxsplit=1)[-1] for name in used if name in origin}
    files = [path for path in folder.glob("*.py") if any(map(registry.is_backend, ast.parse(path.read_text()).body))]
    return sorted(path.name for path in files if path.stem not in taken)


@pytest.mark.parametrize("registry", REGISTRIES, ids=lambda registry: registry.folder)
def test_every_backend_file_is_registered(registry):
    assert unregistered(ROOT / registry.folder, registry) == []


def test_a_forgotten_registry_line_is_caught(tmp_path):
    (tmp_path / "__init__.py").write_text("from m.one import One\nfrom m.two import Two\nMETRICS = (One(),)")
    for name in ("one", "two", "helper"):
        body = "x = 1" if name == "helper" else f"class {name.title()}:\n    def score(self): ..."
        (tmp_path / f"{name}.py").write_text(body)
    assert unregistered(tmp_path, REGISTRIES[2]) == ["two.py"]


def facts(base: type[Fact]) -> Iterator[type[Fact]]:
    for kind in base.__subclasses__():
        yield kind
        yield from facts(kind)


def test_every_fact_is_an_event_the_log_can_read():
    readable = set(get_args(get_args(Event)[0]))
    assert {fact for fact in facts(Fact) if "type" in fact.model_fields} == readable
    assert {fact.__name__ for fact in readable} == {get_args(f.model_fields["type"].annotation)[0] for f in readable}
