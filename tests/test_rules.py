"""Small rules that no single package owns: nothing unsafe, nothing printed, no host of a package registry, no shadowing."""

import ast
import os
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("store", "trainer", "evaluator", "daemon")
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
# What git ignores, and what lies about in a checkout that was worked in.
NOT_OURS = {".git", ".venv", "build", "dist", "state", "inbox", "__pycache__", ".hypothesis"}
# Letters in brackets, so that this file passes its own test.
HOSTS = re.compile(
    r"p[y]pi\.org|python[h]osted|npm[j]s\.|registry\.[y]arn|(deb|security)\.[d]ebian|download\.p[y]torch"
    r"|conda\.[a]naconda|crates\.[i]o|--(?:extra-)?[i]ndex-url|--[f]ind-links|/opt/[w]heels"
)


def dangers(source: str) -> Iterator[str]:
    """What would run code or a shell that a file, a model, a filing or the working folder brought with it."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.keyword(arg="trust_remote_code" | "shell", value=ast.Constant(value=True)):
                yield f"{node.arg}=True"
            case ast.keyword(arg="weights_only", value=ast.Constant(value=False)):
                yield "weights_only=False"
            case ast.Import(names=names):
                yield from (
                    a.name for a in names if a.name.split(".")[0] in {"pickle", "dill", "cloudpickle", "joblib"}
                )
            case ast.ImportFrom(module="pickle" | "dill" | "cloudpickle" | "joblib"):
                yield str(node.module)
            case ast.List(elts=words) | ast.Tuple(elts=words) if "'-m'" in map(ast.unparse, words):
                yield from () if "'-P'" in map(ast.unparse, words) else ("-m without -P",)
            case ast.Call(func=func) if ast.unparse(func) in {"torch.load", "os.system", "os.popen", "eval", "exec"}:
                yield ast.unparse(func)


def prints(source: str) -> int:
    calls = [node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return sum(isinstance(func, ast.Name) and func.id == "print" for func in calls)


def may_print(path: Path) -> bool:
    return path.name in {"__main__.py", "cli.py"} or path.parent == ROOT / "daemon" / "cli"


def our_files() -> list[Path]:
    found = []
    for folder, folders, files in os.walk(ROOT):  # Path.walk came with Python 3.12
        folders[:] = [name for name in folders if name not in NOT_OURS and not name.endswith(("_cache", ".egg-info"))]
        found += [Path(folder) / name for name in files]
    return sorted(found)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_runs_code_that_came_from_outside(path):
    assert list(dangers(path.read_text())) == []


@pytest.mark.parametrize(
    ("source", "danger"),
    [
        ("load(name, trust_remote_code=True)", "trust_remote_code=True"),
        ("subprocess.run('ls', shell=True)", "shell=True"),
        ("torch.load(path)", "torch.load"),
        ("torch.load(path, weights_only=False)", "torch.load"),
        ("def f():\n    import pickle", "pickle"),
        ("from pickle import loads", "pickle"),
        ("os.system('ls')", "os.system"),
        ("run([sys.executable, '-m', 'trainer'])", "-m without -P"),
        ("run([sys.executable, '-P', '-m', 'trainer'])", None),
        ("load(name, trust_remote_code=False)", None),
    ],
)
def test_each_danger_is_caught(source, danger):
    assert next(dangers(source), None) == danger


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_command_line_prints(path):
    assert may_print(path) or prints(path.read_text()) == 0


def test_no_file_names_a_package_registry():
    found = {str(path.relative_to(ROOT)): HOSTS.findall(path.read_text(errors="ignore")) for path in our_files()}
    assert {name: hits for name, hits in found.items() if hits} == {}


@pytest.mark.parametrize(
    ("text", "letter"), [("https://p*pi.org", "y"), ("pip --*ndex-url", "i"), ("//deb.*ebian.org", "d")]
)
def test_a_registry_is_recognised(text, letter):
    assert HOSTS.search(text.replace("*", letter))
    assert not HOSTS.search(text)


def test_a_test_cannot_leave_this_machine():
    with pytest.raises(RuntimeError, match="loopback"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)  # TEST-NET-1, RFC 5737


def test_tests_are_no_packages():
    # tests/store/__init__.py would shadow our `store`.
    assert list((ROOT / "tests").rglob("__init__.py")) == []


def test_every_package_says_that_it_is_typed():
    assert [name for name in PACKAGES if not (ROOT / name / "py.typed").is_file()] == []
