"""`kt price`: what a model costs, by the price table or by a policy file's own prices. Needs no stack."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from keeptrusts.cli.exit_codes import CommandFailed, ExitCode
from keeptrusts.cli.output.columns import Column, Row, field
from keeptrusts.cli.output.options import Output, output_options

if TYPE_CHECKING:
    from keeptrusts.gateway.wallets.prices import PriceRow, PriceTable

COLUMNS: list[Column] = [
    field("provider"),
    field("model"),
    field("above_input_tokens", "ABOVE TOKENS", right=True),
    field("input", right=True),
    field("cache_read", right=True),
    field("cache_write", right=True),
    field("output", right=True),
    field("reasoning", right=True),
    field("source"),
    field("version"),
]
_NEAR = 3
_SIMILARITY = 0.5


@click.group()
def price() -> None:
    """Show prices."""


@price.command()
@click.argument("model")
@click.option("--provider", metavar="NAME", help="Only this provider's price, e.g. openai, azure, anthropic.")
@click.option(
    "--config",
    "--policy-config",
    "files",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="Policy files: prices of their targets, with their own pricing and aliases. May be repeated.",
)
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="The day (UTC) whose prices to show; today.")
@output_options
def show(model: str, provider: str | None, files: tuple[Path, ...], day: datetime | None, output: Output) -> None:
    """Show what MODEL costs, in US dollars for 1 million tokens.

    A line for each number of input tokens above which other prices hold. Without --config these are the prices of
    the model's own provider, or of every provider that lists it. "-" is a price that is not known.
    """
    from keeptrusts.gateway.wallets.prices import PriceTable

    on = (day or datetime.now(UTC)).replace(tzinfo=UTC)
    table = PriceTable.load(on=on.date())
    rows = _of_targets(model, provider, files, table, on) if files else _of_table(model, provider, table)
    output.rows(rows, COLUMNS)
    output.note("US dollars for 1 million tokens" + _fees(rows) + _names(model, rows))


def _of_table(model: str, provider: str | None, table: PriceTable) -> list[Row]:
    own = _vendor(provider) or table.vendor_of_model(model)
    vendors = (own,) if own is not None else tuple(dict.fromkeys(vendor for vendor, _ in table.listed()))
    found = [(vendor, row) for vendor in vendors if (row := table.lookup(vendor, model)) is not None]
    if not found:
        raise _unknown(model, provider, [name for _, name in table.listed(own) or table.listed()])
    return [line for vendor, row in found for line in _lines(row, model, source="price table", provider=vendor)]


def _of_targets(model: str, provider: str | None, files: Sequence[Path], table: PriceTable, on: datetime) -> list[Row]:
    """One price a target that serves the model, or what the model is an alias of."""
    from keeptrusts.cli.gateway_configuration import check_document, read_sources
    from keeptrusts.gateway.providers.targets import resolve_targets
    from keeptrusts.gateway.routing.candidates import RoutingRules, routes_of
    from keeptrusts.gateway.routing.priced import priced

    environment = dict(os.environ)
    document = check_document(read_sources(files)).document
    rules = RoutingRules.of(document, resolve_targets(document, environment))
    wanted = _vendor(provider)
    routes = [route for route in routes_of(model, rules, table) if wanted in (None, route.target.vendor)]
    if not routes:
        names = [*rules.aliases, *(name for one in rules.targets for name in one.models or table.models_of(one.vendor))]
        raise _unknown(model, provider, names, of_config=True)
    lines: list[Row] = []
    for route in routes:
        row = priced(route, table, on, with_output=False)
        source = f"target {route.target.id}"
        if row is None:
            lines.append(_not_known(route.target.vendor, route.model, source))
        else:
            lines.extend(_lines(row, route.model, source=source, provider=route.target.vendor))
    aliases = [alias.name for alias in document.aliases if alias.model in {route.model for route in routes}]
    return [{**line, "aliases": aliases} for line in lines]


def _vendor(provider: str | None) -> str | None:
    """The provider's usual name for any spelling of it."""
    from keeptrusts.schemas.policy_document.vendors import find_vendor

    found = find_vendor(provider) if provider else None
    return found.name if found else provider and provider.lower()


def _lines(row: PriceRow, name: str, *, source: str, provider: str) -> list[Row]:
    """The bands of a price, the lowest first."""
    return [
        {
            "provider": provider,
            "model": name,
            "priced_as": row.model,
            "above_input_tokens": band.above,
            "input": _dollars(band.input),
            "cache_read": _dollars(band.cache_read),
            "cache_write": _dollars(band.cache_write),
            "output": _dollars(band.output),
            "reasoning": _dollars(band.reasoning),
            "per_1000_requests": _per_thousand(row.a_request),
            "currency": "USD",
            "source": source,
            "version": row.version,
        }
        for band in reversed(row.bands)
    ]


def _not_known(provider: str, model: str, source: str) -> dict[str, Any]:
    prices = ("input", "cache_read", "cache_write", "output", "reasoning", "per_1000_requests")
    return {
        "provider": provider,
        "model": model,
        "priced_as": None,
        "above_input_tokens": 0,
        **dict.fromkeys(prices),
        "currency": "USD",
        "source": source,
        "version": None,
    }


def _dollars(pico_a_token: int | None) -> str | None:
    """Pico-USD a token as dollars a million tokens: a millionth of them."""
    from keeptrusts.schemas.money import format_usd

    return None if pico_a_token is None else format_usd(pico_a_token * 1_000)


def _per_thousand(pico_a_request: int) -> str | None:
    """Pico-USD a request is the same number as nano-USD a thousand requests."""
    from keeptrusts.schemas.money import format_usd

    return format_usd(pico_a_request) if pico_a_request else None


def _fees(rows: Sequence[Row]) -> str:
    fees = {row["per_1000_requests"] for row in rows if row["per_1000_requests"] is not None}
    return f", and {' or '.join(sorted(fees))} for 1,000 requests" if fees else ""


def _names(asked: str, rows: Sequence[Row]) -> str:
    """How the name asked for leads to the prices shown, where that is not plain."""
    model, priced_as = rows[0]["model"], rows[0]["priced_as"]
    said = f". {asked} is an alias of {model}" if model != asked else ""
    if priced_as not in (None, model):
        said += f". {model} is priced as {priced_as}"
    others = [name for name in rows[0].get("aliases", ()) if name != asked]
    return said + (f". Aliases: {', '.join(others)}" if others else "")


def _unknown(model: str, provider: str | None, names: Sequence[str], *, of_config: bool = False) -> CommandFailed:
    import difflib

    others = list(dict.fromkeys(name for name in names if name != model))
    near = difflib.get_close_matches(model.lower(), others, n=_NEAR, cutoff=_SIMILARITY)
    where = f" of provider {provider}" if provider else ""
    known = f"no target of the configuration serves {model!r}" if of_config else f"no price is known for {model!r}"
    hint = f" Did you mean {' or '.join(near)}?" if near else " Add pricing to the target in the policy file."
    return CommandFailed(f"{known}{where}.{hint}", ExitCode.NOT_FOUND)
