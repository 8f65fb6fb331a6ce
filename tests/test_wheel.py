"""The wheel as a user gets it: built, installed in a fresh venv, and run where files of our packages' names lie about."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("store", "trainer", "evaluator", "daemon")
LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "build", "dist", "state", "inbox", "*.egg-info")


def run(*command: str | Path, cwd: Path, check: bool = True) -> "subprocess.CompletedProcess[str]":
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "FINSDISTILL"))}
    done = subprocess.run(command, cwd=cwd, env=clean, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0 or not check, f"{command}\n{done.stdout}\n{done.stderr}"
    return done


@dataclass(frozen=True)
class Installed:
    venv: Path
    decoys: Path

    @property
    def python(self) -> Path:
        return self.venv / "bin" / "python"

    @property
    def packages(self) -> Path:
        return Path(sysconfig.get_path("purelib", vars={"base": str(self.venv), "platbase": str(self.venv)}))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """Built from a copy, so that no earlier build and no egg-info has a say."""
    source = tmp_path_factory.mktemp("source") / "finsdistill"
    shutil.copytree(ROOT, source, ignore=LEFT_OUT)
    run(
        sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", source.parent, source, cwd=source.parent
    )
    return next(source.parent.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Installed:
    """A fresh venv with the wheel in it; the dependencies are lent by the environment that runs the tests."""
    folder = tmp_path_factory.mktemp("installed")
    here = Installed(folder / "venv", folder / "decoys")
    run(sys.executable, "-m", "venv", "--without-pip", here.venv, cwd=folder)
    install = ("-m", "pip", "--python", here.python, "install", "--no-deps", "--no-index", "--quiet", wheel)
    run(sys.executable, *install, cwd=folder)
    # A plain line lends the folder's packages; .pth files in it, an editable finsdistill's among them, are not read.
    (here.packages / "lent.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    here.decoys.mkdir()
    for name in PACKAGES:
        (here.decoys / f"{name}.py").write_text(f"raise SystemExit('the decoy {name}.py was imported')\n")
    return here


def test_the_wheel_holds_every_file_of_our_packages_and_no_other(wheel):
    ours = {p for name in PACKAGES for p in (ROOT / name).rglob("*") if p.is_file() and "__pycache__" not in p.parts}
    packed = [name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name]
    assert sorted(packed) == sorted(str(path.relative_to(ROOT)) for path in ours)


def test_the_wheel_names_its_licence_and_its_command(wheel):
    with zipfile.ZipFile(wheel) as archive:
        folder = next(name for name in archive.namelist() if name.endswith("METADATA")).rpartition("/")[0]
        assert "Apache License" in archive.read(f"{folder}/licenses/LICENSE").decode()
        assert "finsdistill = daemon.cli:main" in archive.read(f"{folder}/entry_points.txt").decode()


def test_our_packages_come_from_the_wheel_in_a_folder_full_of_decoys(installed):
    code = f"import json, {', '.join(PACKAGES)}; print(json.dumps([m.__file__ for m in ({', '.join(PACKAGES)})]))"
    files = json.loads(run(installed.python, "-P", "-c", code, cwd=installed.decoys).stdout)
    assert files == [str(installed.packages / name / "__init__.py") for name in PACKAGES]


def test_without_the_safe_path_a_decoy_would_have_won(installed):
    done = run(installed.python, "-m", "store", cwd=installed.decoys, check=False)
    assert "the decoy store.py was imported" in done.stderr


@pytest.mark.parametrize("package", ["trainer", "evaluator"])
def test_a_child_process_finds_the_installed_package(installed, package):
    done = run(installed.python, "-P", "-m", package, cwd=installed.decoys, check=False)
    assert "decoy" not in done.stderr
    assert str(ROOT) not in done.stderr


CHECK = "import sys; sys.path.insert(0, '.'); from daemon.origin import check_origin; check_origin()"


def test_the_origin_of_the_installed_packages_is_accepted(installed, tmp_path):
    run(installed.python, "-P", "-c", CHECK, cwd=tmp_path)


@pytest.mark.parametrize("name", ["trainer", "evaluator"])
def test_a_package_of_somebody_else_under_our_name_is_refused(installed, tmp_path, name):
    (tmp_path / f"{name}.py").write_text("theirs = True")
    done = run(installed.python, "-P", "-c", CHECK, cwd=tmp_path, check=False)
    assert f"WrongOrigin: the package '{name}' is {tmp_path / name}.py, not ours in {installed.packages}" in done.stderr


def test_the_command_answers_in_a_folder_full_of_decoys(installed):
    done = run(installed.venv / "bin" / "finsdistill", "--help", cwd=installed.decoys)
    assert "status" in done.stdout


def test_the_command_writes_a_configuration_there(installed):
    run(installed.venv / "bin" / "finsdistill", "init", cwd=installed.decoys)
    assert "[edgar]" in (installed.decoys / "config.toml").read_text()
