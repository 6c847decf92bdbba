"""The options that filter requests, made from the one filter vocabulary, and the tables of grouped answers."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

import click

from keeptrusts.cli.client.options import given
from keeptrusts.cli.output.columns import Column, field, milliseconds, moment
from keeptrusts.schemas.filters import FILTERS, METRICS

R = TypeVar("R")

_NAMES: Final = ("since", "until", *(item.name for item in FILTERS), "q")


def filter_options(command: Callable[..., R]) -> Callable[..., R]:
    """Add an option for each filter; the command gets what was given as ``filters``."""

    @functools.wraps(command)
    def with_filters(*arguments: Any, **options: Any) -> R:
        filters = {name: options.pop(name) for name in (*_NAMES, "tag")}
        return command(*arguments, filters=filters, **options)

    declared = [
        click.option("--since", help="7d, 24h, 2026-04, 2026-04-01 or an RFC 3339 time."),
        click.option("--until", help="Until when, exclusive."),
        *(
            click.option(f"--{item.name.replace('_', '-')}", item.name, help=f"{item.help}; a,b: or, !a: not")
            for item in FILTERS
        ),
        click.option("--tag", multiple=True, metavar="NAME=VALUE", help="value of a tag; may be repeated"),
        click.option("--q", help="text in id, user, gateway, model, policy, reason or error"),
    ]
    for option in reversed(declared):
        with_filters = option(with_filters)
    return with_filters


def filter_query(filters: Mapping[str, Any]) -> dict[str, str]:
    """Give the query parameters of the filters that were set; raises UsageError for a tag without value."""
    query = given(**{name: filters[name] for name in _NAMES})
    for tag in filters["tag"]:
        name, value = named_value("--tag", tag, empty=True)
        query[f"tag.{name}"] = value
    return query


def named_value(option: str, text: str, *, empty: bool = False) -> tuple[str, str]:
    """Read NAME=VALUE, whose value may be ``empty`` or not; raises UsageError for any other text."""
    name, separator, value = text.partition("=")
    if not separator or not name or not (value or empty):
        raise click.UsageError(f"{option} {text}: write NAME=VALUE")
    return name, value


def group_columns(keys: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> tuple[Column, ...]:
    """Give the columns of grouped rows: the keys, then the metrics that the rows hold."""
    held = [name for name in METRICS if any(row.get(name) is not None for row in rows)] or ["requests"]
    return (*(field(key) for key in keys), *(_metric(name) for name in held))


def _metric(name: str) -> Column:
    if name == "cost":
        return field(name, "COST USD", right=True)
    if name.startswith("latency_ms"):
        return milliseconds(name, name.replace("latency_ms_", "LATENCY ").upper())
    if name.endswith("_seen"):
        return moment(name, name.replace("_", " ").upper())
    return field(name, right=True)
