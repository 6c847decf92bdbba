"""Brings Kafka's jars to this machine once, by Maven, into a folder that all stacks share."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from keeptrusts.cli.stack.failure import StackError
from keeptrusts.cli.stack.kafka.toolchain import find_maven

_HERE = Path(__file__).resolve().parent
_FETCH_SECONDS = 900
_LOCK_POLL_SECONDS = 0.2
_OUTPUT_LINES_SHOWN = 12

Say = Callable[[str], None]


def ensure_jars(say: Say, environment: Mapping[str, str] = os.environ) -> Path:
    """The folder with Kafka's jars; fetches them when they are not there yet.

    Safe to call from several processes at once: one fetches, the others wait for it. Raises StackError when
    Maven is missing or cannot reach its repository.
    """
    folder = jar_folder(environment)
    present = _folder_with_jars(folder)
    if present is not None:
        return present
    _make_folder(folder.parent)
    with _fetch_lock(folder.parent / ".fetch.lock"):
        present = _folder_with_jars(folder)  # another process may have been faster
        if present is None:
            _fetch(folder, say, environment)
            present = folder
    return present


def jar_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Where the jars are or will be: KEEPTRUSTS_KAFKA_HOME, the checkout's .cache/, or the user's cache."""
    named = environment.get("KEEPTRUSTS_KAFKA_HOME")
    if named:
        return Path(named).expanduser()
    return _cache_root(environment) / "kafka" / jar_set_version()


def jar_set_version() -> str:
    """Kafka's version and a digest of the pom, so that a changed pom never meets old jars."""
    text = (_HERE / "pom.xml").read_text(encoding="utf-8")
    version = re.search(r"<kafka\.version>([^<]+)</kafka\.version>", text)
    if version is None:
        raise StackError("The pom of the embedded Kafka names no kafka.version.", fix="install keeptrusts again")
    return f"{version.group(1)}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def checkout_root() -> Path | None:
    """The repository this code runs from, or None when it runs from an installed package."""
    root = _HERE.parents[2]
    return root if (root / ".import-root").is_dir() and (root / "pyproject.toml").is_file() else None


def _cache_root(environment: Mapping[str, str]) -> Path:
    root = checkout_root()
    if root is not None:
        return root / ".cache"
    if environment.get("XDG_CACHE_HOME"):
        return Path(environment["XDG_CACHE_HOME"]) / "keeptrusts"
    home = Path(environment.get("HOME", "~")).expanduser()
    return home / ("Library/Caches" if sys.platform == "darwin" else ".cache") / "keeptrusts"


def _folder_with_jars(folder: Path) -> Path | None:
    """The folder itself, or its `libs/` when an unpacked Kafka release was named."""
    for candidate in (folder, folder / "libs"):
        if any(candidate.glob("kafka_2.1*.jar")):
            return candidate
    return None


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StackError(
            f"The cache folder {folder} cannot be made: {error.strerror}.",
            fix="name a writable folder in KEEPTRUSTS_KAFKA_HOME",
        ) from error


@contextmanager
def _fetch_lock(path: Path) -> Iterator[None]:
    deadline = time.monotonic() + _FETCH_SECONDS
    with open(path, "w", encoding="utf-8") as handle:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise StackError(
                        "Another process has been fetching Kafka's jars for too long.",
                        fix=f"end it, or remove {path}",
                    ) from None
                time.sleep(_LOCK_POLL_SECONDS)
        yield


def _fetch(folder: Path, say: Say, environment: Mapping[str, str]) -> None:
    maven = find_maven(environment)
    say(f"Fetching Apache Kafka {jar_set_version().split('-')[0]} with Maven (45 jars, 43 MB, once) ...")
    started = time.monotonic()
    for abandoned in folder.parent.glob(".fetch-*"):
        shutil.rmtree(abandoned, ignore_errors=True)  # this process holds the lock: nobody else uses them
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".fetch-") as temporary:
        work = Path(temporary)
        shutil.copy(_HERE / "pom.xml", work / "pom.xml")
        _run_maven(_maven_command(maven, work, _local_repository(folder, environment)), environment)
        if _folder_with_jars(work / "jars") is None:
            raise StackError("Maven ran, but brought no Kafka jar.", fix=f"try again; its pom is {_HERE}/pom.xml")
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
        os.rename(work / "jars", folder)
    say(f"Kafka's jars are in {folder} ({time.monotonic() - started:.0f} s).")


def _local_repository(folder: Path, environment: Mapping[str, str]) -> Path:
    named = environment.get("KEEPTRUSTS_MAVEN_REPOSITORY")
    return Path(named).expanduser() if named else folder.parent / "maven-repository"


def _maven_command(maven: Path, work: Path, repository: Path) -> list[str]:
    return [
        str(maven),
        "-q",
        "-B",
        f"-Dmaven.repo.local={repository}",
        "-f",
        str(work / "pom.xml"),
        "dependency:copy-dependencies",
        f"-DoutputDirectory={work / 'jars'}",
    ]


def _run_maven(command: list[str], environment: Mapping[str, str]) -> None:
    try:
        answer = subprocess.run(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_FETCH_SECONDS,
            check=False,
            env=dict(environment),
        )
    except subprocess.TimeoutExpired as error:
        raise StackError(
            f"Maven did not finish within {_FETCH_SECONDS} s.", fix="check the network and try again"
        ) from error
    if answer.returncode != 0:
        lines = "\n    ".join(answer.stdout.strip().splitlines()[-_OUTPUT_LINES_SHOWN:])
        raise StackError(
            f"Maven could not fetch Kafka's jars:\n    {lines}",
            fix="check the network and Maven's settings, or name a Kafka folder in KEEPTRUSTS_KAFKA_HOME",
        )


def main() -> None:
    """`python -m keeptrusts.cli.stack.kafka.jars`: fetch the jars now, so that the first start is quick."""
    try:
        ensure_jars(lambda message: print(message, file=sys.stderr, flush=True))
    except StackError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
