"""An installation as its services see it: where the log and the store are, and the secrets they share."""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from types import MappingProxyType
from typing import Final

from keeptrusts.cli.stack.data_dir import DataDir
from keeptrusts.cli.stack.failure import StackError
from keeptrusts.cli.stack.ports import Ports, offset_from
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.outbound import ALLOW_VARIABLE, PUBLIC_ONLY, OutboundRules, rules_of
from keeptrusts.schemas.topics import Mode

KEY_SECRET_VARIABLE: Final = "KEEPTRUSTS_KEY_SECRET"
EXPORTS_VARIABLE: Final = "KEEPTRUSTS_EXPORTS_DIR"
_KEY_SECRET_BYTES: Final = 32


@frozen
class Installation:
    """Everything the composition root hands to services; made from the environment and the data directory."""

    data_dir: DataDir
    ports: Ports
    bootstrap: str
    topic_prefix: str
    mode: Mode
    clickhouse: str
    key_secrets: Mapping[int, bytes] = field(repr=False)
    exports: Path
    """Where the files of exports are kept; all API processes of an installation share it."""
    outbound: OutboundRules = PUBLIC_ONLY
    """Where URLs that callers and documents give may lead."""

    @property
    def key_secret_version(self) -> int:
        """The version that new keys are made with."""
        return max(self.key_secrets)


def read_installation(
    data_dir: DataDir, environment: Mapping[str, str] = os.environ, *, with_secrets: bool = True
) -> Installation:
    """Read an installation; raises StackError naming the variable that cannot be used.

    Services need its secrets, and the first one makes them; who only looks leaves them out and changes nothing.
    """
    ports = Ports(offset=offset_from(environment))
    mode = environment.get("KEEPTRUSTS_MODE", "single-node")
    if mode not in ("single-node", "cluster"):
        raise StackError(f"KEEPTRUSTS_MODE is {mode!r}.", fix="set it to single-node or cluster")
    store = data_dir.root / "clickhouse"
    return Installation(
        data_dir=data_dir,
        ports=ports,
        bootstrap=environment.get("KEEPTRUSTS_KAFKA", ports.bootstrap),
        topic_prefix=environment.get("KEEPTRUSTS_TOPIC_PREFIX", ""),
        mode="cluster" if mode == "cluster" else "single-node",
        clickhouse=environment.get("KEEPTRUSTS_CLICKHOUSE", f"chdb://{store}"),
        key_secrets=MappingProxyType(_key_secrets(data_dir.root / "secrets", environment) if with_secrets else {}),
        exports=Path(environment.get(EXPORTS_VARIABLE) or data_dir.root / "exports"),
        outbound=outbound_rules(environment),
    )


def outbound_rules(environment: Mapping[str, str]) -> OutboundRules:
    """Read what an operator allows beside public addresses; raises StackError."""
    try:
        return rules_of(environment.get(ALLOW_VARIABLE, ""))
    except ValueError as error:
        raise StackError(
            f"{ALLOW_VARIABLE}: {error}.", fix="separate networks and hosts by commas: 10.1.2.0/24, hooks.corp.example"
        ) from None


def _key_secrets(directory: Path, environment: Mapping[str, str]) -> dict[int, bytes]:
    """Give the secrets by version: from the variable, else from the data directory, where the first one is made."""
    given = environment.get(KEY_SECRET_VARIABLE)
    if given is not None:
        if len(given) < _KEY_SECRET_BYTES:
            raise StackError(
                f"{KEY_SECRET_VARIABLE} is shorter than {_KEY_SECRET_BYTES} characters.",
                fix="make one with: openssl rand -hex 32",
            )
        return {1: given.encode()}
    found = {
        int(path.stem.removeprefix("key-v")): path.read_bytes()
        for path in sorted(directory.glob("key-v*.secret"))
        if path.stem.removeprefix("key-v").isdigit()
    }
    return found or {1: _made_once(directory / "key-v1.secret")}


def _made_once(path: Path) -> bytes:
    """Make a secret, or read the one that another process made at the same moment."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_hex(_KEY_SECRET_BYTES).encode())
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(temporary, path)  # unlike a rename, never replaces what is there
        os.unlink(temporary)
        return path.read_bytes()
    except OSError as error:
        raise StackError(
            f"The key secret cannot be kept in {path.parent}: {error.strerror}.",
            fix=f"make it writable, or set {KEY_SECRET_VARIABLE}",
        ) from error
