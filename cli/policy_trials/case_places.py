"""Which files of cases a path means, and which policy files they are about: files by name, nothing is read here."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from keeptrusts.cli.exit_codes import CommandFailed, ExitCode

STDIN: Final = "-"
POLICY_ENDINGS: Final = (".yaml", ".yml")
CASE_ENDINGS: Final = (".tests.yaml", ".tests.yml", ".tests.json")
MOST_FILES: Final = 1_000
MOST_SEEN: Final = 100_000
_LEFT_OUT: Final = frozenset({"node_modules", "__pycache__"})


def case_files(paths: Sequence[str]) -> tuple[str, ...]:
    """Give the files of cases that paths mean, each once: those files, those beside policy files, those in folders.

    Raises CommandFailed for a path that is not there, or that means none.
    """
    found = [name for path in paths for name in _of_path(path)]
    if len(found) > MOST_FILES:
        raise CommandFailed(f"more than {MOST_FILES} files of cases; name a smaller folder", ExitCode.USAGE)
    return tuple(dict.fromkeys(found))


def policies_beside(cases: str) -> tuple[str, ...]:
    """Give the policy file that a file of cases without the key `policy` is about.

    Raises CommandFailed when there is none, or more than one.
    """
    base = _without(cases, CASE_ENDINGS)
    if base is None:
        fix = 'name it in the file, policy: FILE, or call the file as the policy file: "policy.tests.yaml"'
        raise CommandFailed(f"{cases} does not say which policy file it is about; {fix}", ExitCode.USAGE)
    looked = [base + ending for ending in POLICY_ENDINGS]
    there = [name for name in looked if os.path.isfile(name)]
    if len(there) != 1:
        what = "there is no" if not there else "there is more than one"
        raise CommandFailed(f"{cases}: {what} policy file beside it: {' or '.join(looked)}", ExitCode.USAGE)
    return tuple(there)


def policies_named(cases: str, names: Iterable[str]) -> tuple[str, ...]:
    """Give policy files that a file of cases names, which are relative to its folder."""
    folder = Path() if cases == STDIN else Path(cases).parent
    return tuple(str(folder / name) for name in names)


def _of_path(path: str) -> tuple[str, ...]:
    if path == STDIN:
        return (path,)
    if os.path.isdir(path):
        found = tuple(_in_folder(path))
        if not found:
            raise CommandFailed(
                f"{path}: no files of cases in it; they end in {', '.join(CASE_ENDINGS)}", ExitCode.USAGE
            )
        return found
    if not os.path.exists(path):
        raise CommandFailed(f"{path} cannot be read: no such file or folder. Check the path.", ExitCode.USAGE)
    if path.endswith(CASE_ENDINGS):
        return (path,)
    return _beside(path)


def _beside(path: str) -> tuple[str, ...]:
    """Files of cases beside a policy file; where there are none the file itself, which may be one under any name."""
    base = _without(path, POLICY_ENDINGS)
    there = () if base is None else tuple(base + ending for ending in CASE_ENDINGS if os.path.isfile(base + ending))
    return there or (path,)


def _in_folder(path: str) -> Iterator[str]:
    seen = 0
    for folder, folders, files in os.walk(path):
        folders[:] = sorted(one for one in folders if not one.startswith(".") and one not in _LEFT_OUT)
        seen += len(files) + len(folders)
        if seen > MOST_SEEN:
            raise CommandFailed(f"{path} holds more than {MOST_SEEN} files; name a smaller folder", ExitCode.USAGE)
        yield from (
            os.path.normpath(os.path.join(folder, name)) for name in sorted(files) if name.endswith(CASE_ENDINGS)
        )


def _without(name: str, endings: Sequence[str]) -> str | None:
    return next((name.removesuffix(ending) for ending in endings if name.endswith(ending)), None)
