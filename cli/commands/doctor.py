"""`kt doctor`: checks the whole pipeline, not the laptop, and says how to mend what is wrong."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from keeptrusts.cli.exit_codes import ExitCode

if TYPE_CHECKING:
    from keeptrusts.cli.doctor.check import Finding

_SIGNS = {"ok": "[ok]  ", "warning": "[warn]", "failed": "[FAIL]"}
_COLOURS = {"ok": "green", "warning": "yellow", "failed": "red"}


@click.command()
@click.option("--data-dir", type=click.Path(path_type=Path, file_okay=False), help="The stack's data directory.")
@click.option("--format", "output_format", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.pass_context
def doctor(ctx: click.Context, data_dir: Path | None, output_format: str, as_json: bool) -> None:
    """Check everything at once; exit 1 when a check fails."""
    started = time.monotonic()
    findings = _findings(data_dir)
    if as_json or output_format == "json":
        _print_json(findings)
    else:
        _print_table(findings, time.monotonic() - started)
    ctx.exit(ExitCode.NO if any(finding.result == "failed" for finding in findings) else ExitCode.OK)


def _findings(data_dir: Path | None) -> tuple[Finding, ...]:
    import asyncio
    import logging

    from keeptrusts.cli.credentials import read_credentials
    from keeptrusts.cli.doctor.run import examine
    from keeptrusts.cli.gateway_service.running_file import running_gateway
    from keeptrusts.cli.installation import read_installation
    from keeptrusts.cli.stack.data_dir import choose_data_dir
    from keeptrusts.cli.stack.status import read_status

    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # what it cannot reach is a finding, not a log line
    chosen = choose_data_dir(data_dir, working_dir=Path.cwd())
    status = read_status(chosen)
    environment = {**os.environ}
    if status.supervised:
        environment["KEEPTRUSTS_PORT_OFFSET"] = str(status.ports.offset)
    installation = read_installation(chosen, environment, with_secrets=False)
    credentials = read_credentials(chosen.credentials) or {}
    known_url = credentials.get("gateway_url") or installation.ports.gateway_url
    running = running_gateway(chosen, os.environ.get("KEEPTRUSTS_GATEWAY_URL") or known_url)
    return asyncio.run(
        examine(
            installation,
            api_url=os.environ.get("KEEPTRUSTS_API_URL") or credentials.get("api_url") or installation.ports.api_url,
            gateway_url=os.environ.get("KEEPTRUSTS_GATEWAY_URL") or running.url,
            certificate=running.certificate,
            token=os.environ.get("KEEPTRUSTS_API_TOKEN") or credentials.get("token"),
            gateway_key=os.environ.get("GATEWAY_KEY") or credentials.get("gateway_key"),
        )
    )


def _print_table(findings: tuple[Finding, ...], seconds: float) -> None:
    for finding in findings:
        sign = click.style(_SIGNS[finding.result], fg=_COLOURS[finding.result])
        click.echo(f"{sign} {finding.check:<11} {finding.message}")
        if finding.fix is not None:
            click.echo(f"       {'':<11} fix: {finding.fix}")
    counts = {result: sum(finding.result == result for finding in findings) for result in _SIGNS}
    summary = f"{counts['ok']} passed, {counts['warning']} warnings, {counts['failed']} failed in {seconds:.1f} s"
    click.echo(summary, err=True)


def _print_json(findings: tuple[Finding, ...]) -> None:
    import json

    documents = [
        {
            "check": finding.check,
            "result": finding.result,
            "message": finding.message,
            "fix": finding.fix,
            **finding.details,
        }
        for finding in findings
    ]
    click.echo(json.dumps({"healthy": all(f.result != "failed" for f in findings), "checks": documents}, indent=2))
