"""How a stack was asked to run; the detached supervisor is started with the same."""

from __future__ import annotations

from pathlib import Path

from keeptrusts.cli.stack.data_dir import DataDir
from keeptrusts.cli.stack.ports import Ports
from keeptrusts.schemas.frozen import frozen


@frozen
class StackOptions:
    """`config`: the default gateway's policy document (None: the shipped one).

    `provider_url`: one upstream for all targets, instead of the configured ones.
    """

    data_dir: DataDir
    port_offset: int = 0
    config: Path | None = None
    gateway: bool = True
    provider_url: str | None = None

    def __post_init__(self) -> None:
        Ports(offset=self.port_offset)  # raises StackError before anything is started

    def arguments(self) -> tuple[str, ...]:
        """The same options as arguments of `kt up`."""
        arguments = ["--data-dir", str(self.data_dir.root), "--port-offset", str(self.port_offset)]
        if self.config is not None:
            arguments += ["--config", str(self.config.absolute())]
        if not self.gateway:
            arguments.append("--no-gateway")
        if self.provider_url is not None:
            arguments += ["--provider-url", self.provider_url]
        return tuple(arguments)
