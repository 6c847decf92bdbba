"""How a gateway was asked to run; workers get the same from the process that started them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from keeptrusts.schemas.frozen import frozen

_OTLP_VARIABLES: Final = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


@frozen
class TlsFiles:
    """A certificate with its chain, and its key, both PEM."""

    certificate: Path
    key: Path


@frozen
class GatewaySpec:
    """Everything but the configuration, which may change while the gateway runs. Times in seconds."""

    name: str
    host: str
    port: int
    admin_port: int
    workers: int = 1
    drain_s: float = 30.0
    tls: TlsFiles | None = None
    provider_url: str | None = None
    otlp_endpoint: str | None = None
    files: tuple[Path, ...] = ()

    @property
    def url(self) -> str:
        """The address of the data plane as a caller on this machine writes it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'http' if self.tls is None else 'https'}://{host}:{self.port}"


def wants_traces(endpoint: str | None, environment: Mapping[str, str]) -> bool:
    """Say whether traces go anywhere: to an endpoint given, or to one in OpenTelemetry's own variables."""
    if environment.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return False
    return bool(endpoint) or any(environment.get(name) for name in _OTLP_VARIABLES)


def spec_as_document(spec: GatewaySpec) -> dict[str, Any]:
    """Write a spec as JSON values."""
    tls = None if spec.tls is None else {"certificate": str(spec.tls.certificate), "key": str(spec.tls.key)}
    return asdict(spec) | {"tls": tls, "files": _texts(spec.files)}


def spec_from_document(document: Mapping[str, Any]) -> GatewaySpec:
    """Read what `spec_as_document` gave."""
    tls = document["tls"]
    return GatewaySpec(
        **{
            **document,
            "tls": None if tls is None else TlsFiles(certificate=Path(tls["certificate"]), key=Path(tls["key"])),
            "files": tuple(Path(file) for file in document["files"]),
        }
    )


def _texts(paths: Sequence[Path]) -> list[str]:
    return [str(path) for path in paths]
