"""`kt policy`: checks and tries out policy documents, prints their JSON Schema. Needs no stack and no network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from keeptrusts.cli.client.options import Api, api_options
from keeptrusts.cli.commands.policy_explain import explain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keeptrusts.cli.policy_trials.impact_reports import Compared
    from keeptrusts.schemas.policy_document.placed import Surroundings
    from keeptrusts.schemas.policy_document.render import LintedFile

STDIN = "-"
STDIN_NAME = "<stdin>"


@click.group()
def policy() -> None:
    """Check policy documents and try them out."""


policy.add_command(explain)


@policy.command()
@click.option(
    "--file", "-f", "files", multiple=True, metavar="FILE", help="A policy file; may be repeated. - reads stdin."
)
@click.argument("more_files", nargs=-1, metavar="[FILE]...")
@click.option(
    "--format", "output", type=click.Choice(["text", "json", "sarif", "github"]), default="text", show_default=True
)
@click.option("--strict", is_flag=True, help="Warnings count as errors.")
@click.option("--teams", "ask_for_teams", is_flag=True, help="Ask the API which teams there are; warn about others.")
@click.option(
    "--against",
    metavar="TIME|FILE",
    help="Also judge recorded calls by the file: those since 30d or 2026-04-01, or of a file of kt events list.",
)
@click.option(
    "--limit", type=click.IntRange(1, 1_000_000), default=100_000, show_default=True, help="With --against: most calls."
)
@click.option(
    "--with-content", is_flag=True, help="With --against: judge captured texts too; that you read is recorded."
)
@api_options
@click.pass_context
def lint(
    ctx: click.Context,
    files: tuple[str, ...],
    more_files: tuple[str, ...],
    output: str,
    strict: bool,
    ask_for_teams: bool,
    against: str | None,
    limit: int,
    with_content: bool,
    api: Api,
) -> None:
    """Check files, each on its own: exit 0 without errors, 2 with.

    With --against also show which recorded calls would have ended otherwise, by team and policy, and of which that
    cannot be said. Nothing is changed.
    """
    names = files + more_files
    if not names:
        raise click.UsageError("name a file: kt policy lint --file FILE (- reads standard input)")
    if names.count(STDIN) > 1:
        raise click.UsageError("standard input can be read once: keep one -")
    surroundings = _surroundings()
    if with_content and against is None:
        raise click.UsageError("--with-content goes with --against")
    if against is not None:
        _check_against(names, output, against)
    known_teams = _teams(api) if ask_for_teams else None
    linted = tuple(_lint(name, surroundings, known_teams) for name in names)
    compared = None if against is None else _compared(linted[0], against, limit, api, with_content)
    click.echo(_rendered(linted, output, compared, strict=strict))
    ctx.exit(max(one.report.exit_code(strict=strict) for one in linted))


@policy.command()
def schema() -> None:
    """Print the JSON Schema of policy documents, for editors."""
    from keeptrusts.schemas.policy_document.json_schema import policy_schema

    click.echo(_json(policy_schema()))


@policy.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--format", "output", type=click.Choice(["text", "json", "junit"]), default="text", show_default=True)
@click.option("--case", "wanted", metavar="TEXT", default="", help="Only cases whose name holds this.")
@click.option("--verbose", "-v", is_flag=True, help="Show cases that pass, too.")
@click.pass_context
def test(ctx: click.Context, paths: tuple[str, ...], output: str, wanted: str, verbose: bool) -> None:
    """Run cases: calls, and what policies must say of them.

    The cases of policy.yaml stand beside it in policy.tests.yaml (or .yml, .json). PATH is a policy file, a file of
    cases, or a folder, whose files of cases are all run; without one, the working folder. A file of cases that names
    its policy files (policy: FILE) may stand anywhere, and - reads one from standard input.

    Exit 0 when all pass, 1 when one fails, 2 when a file cannot be run.
    """
    from keeptrusts.cli.policy_trials import case_reports
    from keeptrusts.cli.policy_trials.testing import exit_code, results_of

    if paths.count(STDIN) > 1:
        raise click.UsageError("standard input can be read once: keep one -")
    files = results_of(paths or (".",), wanted)
    match output:
        case "json":
            click.echo(_json(case_reports.as_json(files)))
        case "junit":
            click.echo(case_reports.as_junit(files))
        case _:
            click.echo(case_reports.as_text(files, every=verbose))
    ctx.exit(int(exit_code(files)))


def _surroundings() -> Surroundings:
    """Prices of today and this machine's variables; a document is linted for where the linter runs."""
    import os
    from datetime import UTC, datetime

    from keeptrusts.cli.policy_trials.surroundings import GatewaySurroundings
    from keeptrusts.gateway.wallets.prices import PriceTable

    now = datetime.now(UTC)
    return GatewaySurroundings(prices=PriceTable.load(on=now.date()), environment=os.environ, now=now)


def _teams(api: Api) -> frozenset[str]:
    """The slugs of the teams that the key may see."""
    return frozenset(str(team["slug"]) for team in api.client().get("/v1/teams").document["data"])


def _lint(name: str, surroundings: Surroundings, known_teams: frozenset[str] | None) -> LintedFile:
    from keeptrusts.schemas.policy_document.lint import lint_bytes
    from keeptrusts.schemas.policy_document.render import LintedFile

    shown = STDIN_NAME if name == STDIN else name
    report = lint_bytes(_read(name), shown, known_teams=known_teams, surroundings=surroundings)
    return LintedFile(file=shown, report=report)


def _read(name: str) -> bytes:
    from keeptrusts.schemas.policy_document.source import MAX_BYTES

    try:
        if name == STDIN:
            return click.get_binary_stream("stdin").read(MAX_BYTES + 1)
        with open(name, "rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise click.UsageError(f"{name} cannot be read: {reason}. Check the path and its permissions.") from None


def _check_against(names: Sequence[str], output: str, against: str) -> None:
    if len(names) > 1:
        raise click.UsageError("--against judges by one file; name one")
    if output not in ("text", "json"):
        raise click.UsageError("--against goes with --format text or json")
    if against == STDIN and STDIN in names:
        raise click.UsageError("standard input can be read once: keep one -")


def _compared(linted: LintedFile, against: str, limit: int, api: Api, with_content: bool) -> Compared | None:
    """What the document would change; None for one with errors."""
    from keeptrusts.cli.policy_trials.backtest import compare

    document = linted.report.document
    return None if document is None else compare(document, against, limit, api, with_content=with_content)


def _rendered(linted: Sequence[LintedFile], output: str, compared: Compared | None, *, strict: bool) -> str:
    from keeptrusts.schemas.policy_document.render import as_github, as_json, as_sarif, as_text

    if output == "json":
        return _json({**as_json(linted, strict=strict), **({} if compared is None else {"against": _impact(compared)})})
    if output == "sarif":
        from importlib.metadata import version

        return _json(as_sarif(linted, version("keeptrusts")))
    if output == "github":
        return as_github(linted)
    if compared is not None:
        from keeptrusts.cli.policy_trials.impact_reports import as_text as impact_text

        return f"{as_text(linted)}\n\n{impact_text(compared)}"
    return as_text(linted)


def _impact(compared: Compared) -> dict[str, Any]:
    from keeptrusts.cli.policy_trials.impact_reports import as_json

    return as_json(compared)


def _json(value: object) -> str:
    import orjson

    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
