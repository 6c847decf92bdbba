"""Notes which gateway of a data directory serves how, so that `kt doctor` and `kt env` find it behind TLS as well."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from keeptrusts.cli.gateway_service.spec import GatewaySpec
from keeptrusts.cli.stack.data_dir import DataDir
from keeptrusts.cli.stack.processes import ProcessIdentity, identify
from keeptrusts.schemas.frozen import frozen

_WILDCARDS: Final = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}


@frozen
class RunningGatewayNote:
    """Where a gateway can be reached from this machine, and the certificate it shows, if it serves https."""

    url: str
    certificate: Path | None = None


@contextlib.contextmanager
def noted(data_dir: DataDir, spec: GatewaySpec) -> Iterator[None]:
    """Keep a note about a gateway that runs in this process as long as the body does. Raises OSError."""
    path = _path(data_dir, spec.port)
    own = identify(os.getpid())
    document = {
        "url": spec.url.replace(spec.host, _WILDCARDS.get(spec.host, spec.host), 1),
        "certificate": None if spec.tls is None else str(spec.tls.certificate),
        "pid": os.getpid(),
        "started": None if own is None else own.started,
    }
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(json.dumps(document), encoding="utf-8")
    os.replace(temporary, path)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def running_gateway(data_dir: DataDir, url: str) -> RunningGatewayNote:
    """Give how the gateway on a URL's port is reached, if this directory knows one that runs; else the URL itself."""
    try:
        port = urlsplit(url).port
        document = json.loads(_path(data_dir, port or 0).read_text(encoding="utf-8"))
        if identify(document["pid"]) != ProcessIdentity(pid=document["pid"], started=document["started"]):
            return RunningGatewayNote(url=url)
        certificate = document["certificate"]
        return RunningGatewayNote(url=document["url"], certificate=None if certificate is None else Path(certificate))
    except (OSError, ValueError, KeyError, TypeError):
        return RunningGatewayNote(url=url)  # none runs, or it is about to begin or to end


def _path(data_dir: DataDir, port: int) -> Path:
    return data_dir.run / f"gateway-{port}.json"
