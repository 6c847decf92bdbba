"""What is installed is exactly what lies in the folders: nothing lost on the way through sdist and wheel."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[2]
_PACKAGES = ("gateway", "stream_processors", "projections", "cli", "schemas")
_IMPORT_ROOT = _ROOT / ".import-root" / "keeptrusts"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel built from the unpacked sdist, as an installer without a wheel would build it."""
    out = tmp_path_factory.mktemp("dist")
    _build("--sdist", _ROOT, out)
    (sdist,) = out.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(out / "unpacked", filter="data")
    (source,) = (out / "unpacked").iterdir()
    _build("--wheel", source, out)
    (built,) = out.glob("*.whl")
    return built


def test_the_wheel_holds_exactly_the_folders_files(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        installed = {name for name in archive.namelist() if ".dist-info/" not in name}
    on_disk = {"keeptrusts/__init__.py", "keeptrusts/py.typed"}
    for package in _PACKAGES:
        files = (path for path in (_ROOT / package).rglob("*") if path.is_file())
        on_disk |= {f"keeptrusts/{path.relative_to(_ROOT).as_posix()}" for path in files if not _is_cache(path)}
    assert installed == on_disk
    assert len(installed) > 50, "an empty comparison proves nothing"


def test_kafka_can_be_started_from_an_installed_package(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    for name in ("pom.xml", "server.properties", "log4j2.properties"):
        assert f"keeptrusts/cli/stack/kafka/{name}" in names


def test_the_import_root_holds_one_link_a_package_and_nothing_else() -> None:
    expected = {"__init__.py", "py.typed", *_PACKAGES}
    assert {path.name for path in _IMPORT_ROOT.iterdir() if path.name != "__pycache__"} == expected
    for package in _PACKAGES:
        link = _IMPORT_ROOT / package
        assert link.is_symlink()
        assert link.readlink() == Path("../..") / package


def test_the_same_folders_are_named_for_wheel_and_sdist() -> None:
    build = tomllib.loads((_ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]
    assert set(build["wheel"]["only-include"]) <= set(build["sdist"]["only-include"])
    assert set(_PACKAGES) <= set(build["wheel"]["only-include"])


def _build(kind: str, source: Path, out: Path) -> None:
    command = [sys.executable, "-m", "build", kind, "--no-isolation", "--outdir", str(out), str(source)]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    shutil.rmtree(source / "build", ignore_errors=True)


def _is_cache(path: Path) -> bool:
    return "__pycache__" in path.parts or path.suffix == ".pyc"
