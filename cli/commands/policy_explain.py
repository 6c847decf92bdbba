"""`kt policy explain`: the chain of a team, why each entry is in it, and what it would say about a call."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from keeptrusts.cli.exit_codes import CommandFailed, ExitCode
from keeptrusts.schemas.frozen import replace

if TYPE_CHECKING:
    from keeptrusts.cli.policy_trials.calls import TrialCall

STDIN = "-"
MAX_TEXT = 1024 * 1024


@click.command()
@click.option(
    "--file",
    "-f",
    "files",
    multiple=True,
    required=True,
    metavar="FILE",
    help="Policy file; may be repeated. - reads stdin.",
)
@click.option("--team", metavar="SLUG", help="Whose chain; without it, that of calls without a team.")
@click.option("--user", metavar="ID")
@click.option("--role", type=click.Choice(["owner", "admin", "member"]))
@click.option("--consumer-group", metavar="NAME")
@click.option("--project", metavar="NAME")
@click.option("--gateway", metavar="NAME", default="default", show_default=True)
@click.option("--model", metavar="NAME", help="The model that is asked for.")
@click.option("--tool", "tools", multiple=True, metavar="NAME", help="A tool that is offered; may be repeated.")
@click.option("--header", "headers", multiple=True, metavar="NAME:VALUE", help="A header; may be repeated.")
@click.option("--cost", metavar="USD", help="The most that the call may cost.")
@click.option("--text", metavar="TEXT", help="What the user says.")
@click.option("--text-file", metavar="FILE", help="The same from a file; - reads standard input.")
@click.option("--output-text", metavar="TEXT", help="What the answer says.")
@click.option("--output-text-file", metavar="FILE", help="The same from a file; - reads standard input.")
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def explain(files: tuple[str, ...], output: str, **described: Any) -> None:
    """Show which policies a call runs through, in order, and why.

    With a text, a model, a tool or a cost, also what each policy says about such a call, and what becomes of it.
    Several files are one document, as for kt gateway run. Exit 0, or 2 when a file has errors.
    """
    import orjson

    from keeptrusts.cli.policy_trials import explanations
    from keeptrusts.cli.policy_trials.documents import compiled, lint_files
    from keeptrusts.cli.policy_trials.explaining import explain as explain_chain
    from keeptrusts.cli.policy_trials.offered import OfferedTargets
    from keeptrusts.schemas.policy_document.render import LintedFile, as_text

    if [*files, described["text_file"], described["output_text_file"]].count(STDIN) > 1:
        raise click.UsageError("standard input can be read once: keep one -")
    call = _call(described)
    report = lint_files(files)
    document = compiled(report)
    if document is None:
        text = as_text([LintedFile(file=", ".join(files), report=report)])
        raise CommandFailed(f"the policy file has errors\n{text}", ExitCode.USAGE)
    offered = OfferedTargets.of(document.document, datetime.now(UTC))
    if offered is not None:
        call = replace(call, facts=offered.facts_of(call.facts))
    asked = any(described[name] for name in ("model", "tools", "cost")) or _has_text(described)
    explained = explain_chain(document, call.facts, call if asked else None)
    if output == "json":
        click.echo(orjson.dumps(explanations.as_json(explained), option=orjson.OPT_INDENT_2))
        return
    click.echo(explanations.as_text(explained))
    if report.count("warning"):
        click.echo(f"\nkt policy lint --file {files[0]} has warnings about this file", err=True)


def _call(described: Mapping[str, Any]) -> TrialCall:
    """The call that the options describe; the texts come from where they say."""
    from pydantic import ValidationError

    from keeptrusts.cli.policy_trials.case_files import described_call
    from keeptrusts.cli.policy_trials.case_sections import CallSection
    from keeptrusts.schemas.errors import Problem

    given = {
        "team": described["team"],
        "user": described["user"],
        "role": described["role"],
        "consumer_group": described["consumer_group"],
        "project": described["project"],
        "gateway": described["gateway"],
        "model": described["model"],
        "tools": described["tools"],
        "headers": dict(_header(one) for one in described["headers"]),
        "cost": described["cost"],
        "text": _text(described, "text"),
        "answer": _text(described, "output_text"),
        "expect": {"verdict": "allow"},
    }
    try:
        call = described_call(CallSection.model_validate({key: one for key, one in given.items() if one is not None}))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = "--" + str(first["loc"][0]).replace("_", "-") if first["loc"] else "the call"
        raise click.UsageError(f"{name}: {first['msg'].removeprefix('Value error, ')}") from None
    if isinstance(call, Problem):
        raise click.UsageError(f"the gateway would not read this call: {call.message}")
    if described["model"] is None:
        # Nobody said a model, so no entry is aimed at the one that stands in the body for the sake of its shape.
        call = replace(call, facts=replace(call.facts, requested_model=None))
    return call


def _has_text(described: Mapping[str, Any]) -> bool:
    return any(described[name] is not None for name in ("text", "text_file", "output_text", "output_text_file"))


def _header(written: str) -> tuple[str, str]:
    name, colon, value = written.partition(":")
    if not colon or not name.strip() or not value.strip():
        raise click.UsageError(f"--header needs NAME:VALUE, such as X-Cost-Center:42, found {written[:60]!r}")
    return name.strip(), value.strip()


def _text(described: Mapping[str, Any], name: str) -> str | None:
    text, file = described[name], described[f"{name}_file"]
    option = "--" + name.replace("_", "-")
    if text is not None and file is not None:
        raise click.UsageError(f"{option} and {option}-file both say the text; keep one of them")
    if file is None:
        return None if text is None else str(text)
    try:
        if file == STDIN:
            data = sys.stdin.buffer.read(MAX_TEXT + 1)
        else:
            with open(file, "rb") as stream:
                data = stream.read(MAX_TEXT + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise click.UsageError(f"{file} cannot be read: {reason}. Check the path and its permissions.") from None
    if len(data) > MAX_TEXT:
        raise click.UsageError(f"{file} is larger than {MAX_TEXT} bytes; give a part of it")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise click.UsageError(f"{file} is not UTF-8 text (byte {error.start}); save it as UTF-8") from None
