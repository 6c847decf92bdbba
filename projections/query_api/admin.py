"""``POST /v1/admin/rebuild``: make a table again from the log, beside the old one; for owners."""

from __future__ import annotations

from typing import Final

from keeptrusts.projections.query_api.asking import refuse_unknown
from keeptrusts.projections.query_api.call import Call, Parameter
from keeptrusts.projections.query_api.models import One, Rebuilt
from keeptrusts.projections.query_api.problems import forbidden, invalid_parameter
from keeptrusts.schemas.errors import Problem, Refused

PARAMETERS: Final = (Parameter(name="table", help="the table to make again, such as requests"),)


async def rebuild(call: Call) -> One[Rebuilt]:
    """Answer when the new table is in place; reads go on from the old one until then."""
    refuse_unknown(call.parameters, ("table",))
    if call.caller.principal.role != "owner":
        raise forbidden("rebuild tables", "ask an owner of the organization")
    if call.deps.rebuilder is None:
        raise Refused(
            Problem(
                code="conflict",
                message="this process does not own the store",
                fix="ask the process that runs the writer, or use kt rebuild --offline while the stack is down",
            )
        )
    table = call.parameters.get("table")
    if table is None:
        raise invalid_parameter("table", "is missing", "name the table, such as requests")
    try:
        rebuilt = await call.deps.rebuilder.rebuild(table)
    except LookupError as error:
        raise invalid_parameter("table", str(error.args[0])) from None
    return One[Rebuilt](data=rebuilt, as_of=str(call.position()), lag_ms=call.lag_ms())
