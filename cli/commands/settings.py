"""`kt settings show`: every setting in force and where its value comes from; secrets are masked."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Final

import click

from keeptrusts.cli.output.columns import field
from keeptrusts.cli.output.options import Output, output_options
from keeptrusts.schemas.frozen import frozen

COLUMNS: Final = (field("name", "SETTING"), field("value"), field("origin", "FROM"), field("variable"))
_PROVIDER_SECRETS: Final = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "AZURE_OPENAI_API_KEY")


@frozen
class Setting:
    """One setting: ``origin`` is ``environment``, a file, or ``default``; ``variable`` is what overrides it."""

    name: str
    value: str | None
    origin: str
    variable: str | None = None


@click.group()
def settings() -> None:
    """Show the settings in force."""


@settings.command("show")
@click.option("--data-dir", type=click.Path(path_type=Path, file_okay=False), help="The stack's directory.")
@output_options
def show(data_dir: Path | None, output: Output) -> None:
    """Show each setting with its value and its origin."""
    found = settings_in_force(data_dir, working_dir=Path.cwd(), environment=os.environ)
    output.rows([asdict(setting) for setting in found], COLUMNS)


def settings_in_force(
    data_dir: Path | None, *, working_dir: Path, environment: Mapping[str, str]
) -> tuple[Setting, ...]:
    """Find every setting; reads files and the environment, asks no service and makes nothing."""
    return (
        *_of_the_client(data_dir, working_dir, environment),
        *_of_the_services(data_dir, working_dir, environment),
        *(_variable(name.lower(), name, environment, default=None, secret=True) for name in _PROVIDER_SECRETS),
        _variable("colour", "NO_COLOR", environment, default="on a terminal"),
    )


def masked(secret: str) -> str:
    """Show a secret's kind and nothing that helps to guess it: a key up to its look-up prefix."""
    if secret.startswith(("kt_ak_", "kt_gk_")) and len(secret) > 20:
        return f"{secret[:14]}..."
    return "(set)"


def _of_the_client(data_dir: Path | None, working_dir: Path, environment: Mapping[str, str]) -> Iterator[Setting]:
    from keeptrusts.cli.client.connection import (
        API_URL_VARIABLE,
        DEFAULT_API_URL,
        TOKEN_VARIABLES,
        find_credentials,
        locate_data_dir,
    )
    from keeptrusts.cli.stack.data_dir import VARIABLE

    located = locate_data_dir(data_dir, working_dir=working_dir, environment=environment)
    origin = "--data-dir" if data_dir else "environment" if environment.get(VARIABLE) else "found upwards"
    yield Setting(
        name="data_dir",
        value=None if located is None else str(located.root),
        origin="default" if located is None else origin,
        variable=VARIABLE,
    )
    stored = find_credentials(data_dir, working_dir=working_dir, environment=environment)
    file = "" if stored is None else str(stored.path)
    if environment.get(API_URL_VARIABLE):
        yield _variable("api_url", API_URL_VARIABLE, environment, default=None)
    else:
        url = (DEFAULT_API_URL, "default") if stored is None else (stored.api_url, file)
        yield Setting(name="api_url", value=url[0], origin=url[1], variable=API_URL_VARIABLE)
    named = next((name for name in TOKEN_VARIABLES if environment.get(name)), None)
    if named is not None:
        yield _variable("api_token", named, environment, default=None, secret=True)
    else:
        token = None if stored is None else masked(stored.token)
        yield Setting(name="api_token", value=token, origin=file or "default", variable=TOKEN_VARIABLES[0])
    if stored is not None:
        yield Setting(name="organization", value=stored.organization, origin=file)
        yield Setting(name="gateway_url", value=stored.gateway_url, origin=file)
        yield Setting(name="gateway_key", value=masked(stored.gateway_key), origin=file)


def _of_the_services(data_dir: Path | None, working_dir: Path, environment: Mapping[str, str]) -> Iterator[Setting]:
    from keeptrusts.cli.stack.data_dir import choose_data_dir
    from keeptrusts.cli.stack.ports import Ports
    from keeptrusts.cli.stack.state_file import read_state

    chosen = choose_data_dir(data_dir, working_dir=working_dir, environment=environment)
    state = read_state(chosen.state_file)
    offset = environment.get("KEEPTRUSTS_PORT_OFFSET", "")
    if offset or state is None:
        yield _variable("port_offset", "KEEPTRUSTS_PORT_OFFSET", environment, default="0")
    else:
        yield Setting(
            name="port_offset",
            value=str(state.port_offset),
            origin=str(chosen.state_file),
            variable="KEEPTRUSTS_PORT_OFFSET",
        )
    ports = Ports(offset=int(offset) if offset.isdigit() else 0 if state is None else state.port_offset)
    store = f"chdb://{chosen.root / 'clickhouse'}"
    yield _variable("mode", "KEEPTRUSTS_MODE", environment, default="single-node")
    yield _variable("kafka", "KEEPTRUSTS_KAFKA", environment, default=ports.bootstrap)
    yield _variable("topic_prefix", "KEEPTRUSTS_TOPIC_PREFIX", environment, default="")
    yield _variable("clickhouse", "KEEPTRUSTS_CLICKHOUSE", environment, default=store)
    yield _variable("exports_dir", "KEEPTRUSTS_EXPORTS_DIR", environment, default=str(chosen.root / "exports"))
    yield _variable("provider_url", "KEEPTRUSTS_PROVIDER_URL", environment, default=None)
    yield _variable("outbound_allow", "KEEPTRUSTS_OUTBOUND_ALLOW", environment, default=None)
    secrets = chosen.root / "secrets"
    made = "(set)" if any(secrets.glob("key-v*.secret")) else None
    if environment.get("KEEPTRUSTS_KEY_SECRET"):
        yield _variable("key_secret", "KEEPTRUSTS_KEY_SECRET", environment, default=None, secret=True)
    else:
        origin = str(secrets) if made else "default"
        yield Setting(name="key_secret", value=made, origin=origin, variable="KEEPTRUSTS_KEY_SECRET")


def _variable(
    name: str, variable: str, environment: Mapping[str, str], *, default: str | None, secret: bool = False
) -> Setting:
    value = environment.get(variable)
    if not value:
        return Setting(name=name, value=default, origin="default", variable=variable)
    shown = masked(value) if secret else _without_password(value)
    return Setting(name=name, value=shown, origin="environment", variable=variable)


def _without_password(value: str) -> str:
    """Hide the password of a URL such as clickhouse://user:password@host."""
    from urllib.parse import urlsplit

    try:
        password = urlsplit(value).password
    except ValueError:
        return value
    return value if not password else value.replace(f":{password}@", ":***@", 1)
