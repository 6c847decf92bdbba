"""Downloads: whole and checked, or not there at all; one that was cut goes on where it ended."""

from __future__ import annotations

import hashlib
import os
import sys
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import Final

from keeptrusts.cli.client.api import ApiClient
from keeptrusts.cli.client.failures import ApiRefusal, unreachable
from keeptrusts.cli.exit_codes import CommandFailed, ExitCode

_CHUNK: Final = 1024 * 1024
_READ_TIMEOUT_S: Final = 60.0
_PARTIAL: Final = 206
_NOTHING_MORE: Final = 416
_ACCEPT: Final = {"Accept": "*/*"}
_OTHER_BYTES: Final = "what came is not what was recorded of the export; try again"


def to_stdout(client: ApiClient, path: str, *, sha256: str) -> None:
    """Write an answer's bytes to stdout as they come; raises CommandFailed, also if they do not have this hash."""
    digest = hashlib.sha256()
    with client.stream(path, {}, read_timeout_s=_READ_TIMEOUT_S, headers=_ACCEPT) as response:
        while chunk := _read(client, response):
            digest.update(chunk)
            sys.stdout.buffer.write(chunk)
    sys.stdout.buffer.flush()
    if digest.hexdigest() != sha256:
        raise CommandFailed(_OTHER_BYTES, ExitCode.UNAVAILABLE)


def to_file(client: ApiClient, path: str, target: Path, *, sha256: str, force: bool) -> None:
    """Write an answer's bytes to a file that appears once it is whole and has this hash.

    Until then they are in ``<target>.part``, where the next try goes on. Raises CommandFailed.
    """
    if target.exists() and not force:
        raise CommandFailed(f"{target} is there already; choose another --output, or --force", ExitCode.USAGE)
    part = target.with_name(target.name + ".part")
    try:
        _fetch(client, path, part)
        if sha256_of(part) != sha256:
            part.unlink()
            raise CommandFailed(_OTHER_BYTES, ExitCode.UNAVAILABLE)
        os.replace(part, target)
    except OSError as error:
        raise CommandFailed(f"{target} cannot be written: {error.strerror}", ExitCode.USAGE) from error


def sha256_of(file: Path) -> str:
    """Give a file's SHA-256 in hexadecimal digits."""
    digest = hashlib.sha256()
    with file.open("rb") as opened:
        while chunk := opened.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _fetch(client: ApiClient, path: str, part: Path) -> None:
    there = part.stat().st_size if part.exists() else 0
    headers = {**_ACCEPT, "Range": f"bytes={there}-"} if there else _ACCEPT
    try:
        with client.stream(path, {}, read_timeout_s=_READ_TIMEOUT_S, headers=headers) as response:
            with part.open("ab" if response.status == _PARTIAL else "wb") as file:
                while chunk := _read(client, response):
                    file.write(chunk)
    except ApiRefusal as refusal:
        if there and refusal.status == _NOTHING_MORE:  # it was whole already, or is another file's part: the hash tells
            return
        raise


def _read(client: ApiClient, response: HTTPResponse) -> bytes:
    """Read on; nothing at the end. An answer shorter than it said it would be is one that was cut."""
    try:
        chunk = response.read(_CHUNK)
    except (OSError, HTTPException) as error:
        raise _cut(
            client, "it took too long" if isinstance(error, TimeoutError) else "the connection was cut"
        ) from error
    if not chunk and response.length:
        raise _cut(client, "the connection was cut")
    return chunk


def _cut(client: ApiClient, reason: str) -> CommandFailed:
    return unreachable(client.connection.api_url, f"{reason}; kt export download goes on from here")
