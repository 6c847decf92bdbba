"""What `kt gateway run` and `kt up` refuse before they touch anything, each with a sentence and the usage code."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.kt_program import Kt

from keeptrusts.cli.exit_codes import ExitCode

REFUSED = {
    "an address without a port": (("gateway", "run", "--listen", "bad"), "write HOST:PORT"),
    "an address without a host": (("gateway", "run", "--listen", ":41002"), "write HOST:PORT"),
    "a port and an address": (("gateway", "run", "--port", "6000", "--listen", "127.0.0.1:6000"), "not both"),
    "a port without room for the admin port": (("gateway", "run", "--port", "65530"), "65530"),
    "an address without room for the admin port": (("gateway", "run", "--listen", "127.0.0.1:65530"), "65530"),
    "a provider that is no URL": (("gateway", "run", "--provider-url", "notaurl"), "http://HOST:PORT"),
    "a certificate without its key": (("gateway", "run", "--tls-cert", "tls.crt"), "together"),
    "a collector that is no URL": (("gateway", "run", "--otlp-endpoint", "collector:4318"), "no URL"),
    "no workers at all": (("gateway", "run", "--workers", "0"), "0"),
    "a stack's provider that is no URL": (("up", "--detach", "--provider-url", "ftp://x"), "http://HOST:PORT"),
    "an offset that leaves no port": (("up", "--detach", "--port-offset", "99999"), "99999"),
}


@pytest.mark.parametrize(("arguments", "said"), REFUSED.values(), ids=REFUSED.keys())
def test_bad_arguments_are_refused_before_a_stack_is_started_or_a_gateway_is_stopped(
    kt: Kt, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    result = kt(*arguments, "--data-dir", str(tmp_path / "data"))
    assert result.exit_code == ExitCode.USAGE, result.output
    assert said in result.stderr
    assert not (tmp_path / "data").exists()


def test_a_port_offset_that_is_no_number_names_its_variable(kt: Kt, tmp_path: Path) -> None:
    environment = {"KEEPTRUSTS_PORT_OFFSET": "abc"}
    result = kt("gateway", "run", "--no-stack", "--data-dir", str(tmp_path / "data"), env=environment)
    assert result.exit_code == ExitCode.UNAVAILABLE and "KEEPTRUSTS_PORT_OFFSET is 'abc'" in result.stderr
