"""Where an export's rows come from: what the query API answers its maker, piece after piece."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, Final

from pydantic import BaseModel

from keeptrusts.projections.exports import focus
from keeptrusts.projections.exports.daily import USAGE_COLUMNS, Rows, cost_rows, usage_rows
from keeptrusts.projections.exports.patience import patiently
from keeptrusts.projections.query_api import escalations, events, log
from keeptrusts.projections.query_api.call import Call
from keeptrusts.projections.query_api.escalations import Escalation
from keeptrusts.projections.query_api.models import EventRow, LogRecord
from keeptrusts.schemas.commands.documents import ExportType
from keeptrusts.schemas.frozen import frozen, replace


@frozen
class Source:
    """One type's rows, in pieces that memory holds easily, and the names of its columns in their order.

    ``at_position``: they can be asked for as of a position, so that the same export gives the same rows for ever.
    """

    rows: Callable[[Call], AsyncGenerator[Rows, None]]
    columns: tuple[str, ...]
    at_position: bool = True


def _listed(page: Callable[[Call], Awaitable[Any]]) -> Callable[[Call], AsyncGenerator[Rows, None]]:
    """Give all rows of a list, the newest first, as the pages of the query API have them."""

    async def rows(call: Call) -> AsyncGenerator[Rows, None]:
        parameters = {**call.parameters, "limit": str(call.most_rows)}
        while True:
            asked = replace(call, parameters=MappingProxyType(parameters))
            answer = await patiently(partial(page, asked))
            yield [row.model_dump() for row in answer.data]
            if answer.next_cursor is None:
                return
            parameters["cursor"] = answer.next_cursor

    return rows


def _names(row: type[BaseModel]) -> tuple[str, ...]:
    return tuple(row.model_fields)


SOURCES: Final[Mapping[ExportType, Source]] = MappingProxyType(
    {
        "events": Source(rows=_listed(events.events), columns=_names(EventRow)),
        "escalations": Source(rows=_listed(escalations.escalations), columns=_names(Escalation), at_position=False),
        "usage": Source(rows=usage_rows, columns=USAGE_COLUMNS),
        "cost": Source(rows=cost_rows, columns=focus.COLUMNS),
        "audit": Source(rows=_listed(log.log), columns=_names(LogRecord)),
    }
)
"""Type -> where its rows come from."""
