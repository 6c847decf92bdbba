"""Where the API is and which key to use: option, then environment, then the stack's credentials.json."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Final

from keeptrusts.cli.exit_codes import CommandFailed, ExitCode
from keeptrusts.cli.stack.data_dir import VARIABLE, DataDir, find_upwards
from keeptrusts.schemas.frozen import frozen

API_URL_VARIABLE: Final = "KEEPTRUSTS_API_URL"
TOKEN_VARIABLES: Final = ("KEEPTRUSTS_API_TOKEN", "API_TOKEN")
DEFAULT_API_URL: Final = "http://127.0.0.1:8080"

_NO_TOKEN: Final = (
    "You are not signed in.\n  fix: run `kt up` in this directory, or set KEEPTRUSTS_API_URL and KEEPTRUSTS_API_TOKEN"
)


@frozen
class Credentials:
    """The stack's credentials.json: where its services are, the owner's access key and a gateway key."""

    path: Path
    api_url: str
    gateway_url: str
    organization: str
    token: str = field(repr=False)
    gateway_key: str = field(repr=False)


@frozen
class Connection:
    """An API and the access key to send to it, with where each came from (an option, a variable, a file)."""

    api_url: str
    token: str = field(repr=False)
    api_url_from: str = "default"
    token_from: str = "default"


def find_credentials(data_dir: Path | None, *, working_dir: Path, environment: Mapping[str, str]) -> Credentials | None:
    """Read the credentials of the chosen stack; None when there is none. Raises CommandFailed when it is unreadable."""
    found = locate_data_dir(data_dir, working_dir=working_dir, environment=environment)
    return None if found is None else _read(found.credentials)


def locate_data_dir(data_dir: Path | None, *, working_dir: Path, environment: Mapping[str, str]) -> DataDir | None:
    """Find the stack's data directory: the option, the variable, else the nearest one upwards."""
    if data_dir is not None:
        return DataDir(root=(working_dir / data_dir.expanduser()).resolve())
    named = environment.get(VARIABLE)
    if named:
        return DataDir(root=(working_dir / Path(named).expanduser()).resolve())
    return find_upwards(working_dir)


def resolve_connection(
    *,
    api_url: str | None,
    token: str | None,
    data_dir: Path | None,
    working_dir: Path,
    environment: Mapping[str, str],
) -> Connection:
    """Choose the API and the key. Raises CommandFailed (sign-in) when there is no key for that API.

    The key of credentials.json is sent to that stack's own API only, never to an address that came from elsewhere.
    """
    stored = find_credentials(data_dir, working_dir=working_dir, environment=environment)
    url, url_from = _api_url(api_url, environment, stored)
    if token is not None:
        return Connection(api_url=url, token=_sendable(token, "--token"), api_url_from=url_from, token_from="--token")
    for name in TOKEN_VARIABLES:
        if environment.get(name):
            token = _sendable(environment[name], name)
            return Connection(api_url=url, token=token, api_url_from=url_from, token_from=name)
    if stored is None:
        raise CommandFailed(_NO_TOKEN, ExitCode.SIGN_IN)
    if url != stored.api_url.rstrip("/"):
        raise CommandFailed(
            f"There is no access key for {url}: the one in {stored.path} belongs to {stored.api_url}.\n"
            "  fix: set KEEPTRUSTS_API_TOKEN to a key of that API",
            ExitCode.SIGN_IN,
        )
    return Connection(api_url=url, token=stored.token, api_url_from=url_from, token_from=str(stored.path))


def _api_url(option: str | None, environment: Mapping[str, str], stored: Credentials | None) -> tuple[str, str]:
    if option is not None:
        return _checked(option, "--api-url"), "--api-url"
    if environment.get(API_URL_VARIABLE):
        return _checked(environment[API_URL_VARIABLE], API_URL_VARIABLE), API_URL_VARIABLE
    if stored is not None:
        return _checked(stored.api_url, str(stored.path)), str(stored.path)
    return DEFAULT_API_URL, "default"


def _checked(url: str, source: str) -> str:
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is none, half an IPv6 address
        usable = False
    if not usable or not url.isprintable() or " " in url:
        raise CommandFailed(f"{source}: {url[:100]!r} is no URL; use http://HOST:PORT", ExitCode.USAGE)
    return url.rstrip("/")


def _sendable(token: str, source: str) -> str:
    """Give a key as it is, if a header can carry it; one that was copied with something beside it may not be."""
    if not token.isascii() or not token.isprintable() or not token:
        raise CommandFailed(f"{source} is no key: it is empty, or holds what no key has", ExitCode.SIGN_IN)
    return token


def _read(path: Path) -> Credentials | None:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        return Credentials(
            path=path,
            api_url=str(document["api_url"]),
            gateway_url=str(document["gateway_url"]),
            organization=str(document["organization"]),
            token=str(document["token"]),
            gateway_key=str(document["gateway_key"]),
        )
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CommandFailed(
            f"{path} cannot be read ({type(error).__name__}).\n  fix: restore it, or run `kt up` in another directory",
            ExitCode.SIGN_IN,
        ) from error
