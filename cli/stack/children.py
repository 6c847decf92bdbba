"""The processes of the embedded stack, in the order in which they start."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from keeptrusts.cli.stack.child import Child, Say, fixed
from keeptrusts.cli.stack.kafka.broker import BrokerPlace, prepare_broker
from keeptrusts.cli.stack.options import StackOptions
from keeptrusts.cli.stack.ports import CLOSING_SECONDS, Ports
from keeptrusts.cli.stack.readiness import always_ready, file_ready, http_ready, kafka_ready

# -P: a file in the working directory must not stand in for a library.
_KT = (sys.executable, "-P", "-m", "keeptrusts.cli.main")


def stack_children(
    options: StackOptions, ensure_credentials: Callable[[Path, Mapping[str, str]], None]
) -> tuple[Child, ...]:
    """Kafka, topics, processors, API, gateway. Every one is told the data directory, Kafka and the port offset.

    `ensure_credentials(data_dir, environment)` runs once the API answers and before the gateway starts.
    """
    ports = Ports(offset=options.port_offset)
    environment = {
        "KEEPTRUSTS_DATA_DIR": str(options.data_dir.root),
        "KEEPTRUSTS_KAFKA": ports.bootstrap,
        "KEEPTRUSTS_PORT_OFFSET": str(options.port_offset),
        "PYTHONUNBUFFERED": "1",
    }
    return (
        _kafka(options, ports),
        Child(
            name="topics",
            command=fixed(*_KT, "processors", "create-topics"),
            ready=always_ready(),
            environment=environment,
            one_shot=True,
        ),
        Child(
            name="processors",
            command=fixed(*_KT, "processors", "run"),
            ready=file_ready(options.data_dir.ready_file_of("processors")),
            environment=environment,
            with_next=True,
        ),
        Child(
            name="api",
            command=fixed(*_KT, "api", "run", "--port", str(ports.api)),
            ready=http_ready(f"{ports.api_url}/readyz"),
            environment=environment,
            after_ready=lambda: ensure_credentials(options.data_dir.root, environment),
        ),
        Child(
            name="gateway",
            command=fixed(*_gateway_command(options, ports)),
            ready=http_ready(f"{ports.gateway_url}/readyz"),
            environment=environment,
            enabled=options.gateway,
            start_seconds=60.0 + CLOSING_SECONDS,  # its ports may be held by a closed connection for a minute
            stop_seconds=40.0,  # calls under way have 30 s, and their records some more
        ),
    )


def _kafka(options: StackOptions, ports: Ports) -> Child:
    place = BrokerPlace(directory=options.data_dir.kafka, port=ports.kafka, controller_port=ports.controller)

    def command(say: Say) -> tuple[str, ...]:
        return prepare_broker(place, say)

    return Child(name="kafka", command=command, ready=kafka_ready(ports.bootstrap), stop_seconds=20.0)


def _gateway_command(options: StackOptions, ports: Ports) -> tuple[str, ...]:
    command = [*_KT, "gateway", "run", "--no-stack", "--port", str(ports.gateway)]
    if options.config is not None:
        command += ["--config", str(options.config.absolute())]
    if options.provider_url is not None:
        command += ["--provider-url", options.provider_url]
    return tuple(command)
