"""Values of the ledger as the tables hold them: selected, read back, and who is meant by the ids in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from keeptrusts.projections.query_api.asking import limit_of
from keeptrusts.projections.query_api.call import Call
from keeptrusts.projections.query_api.cursors import Cursor, decode_cursor, encode_cursor
from keeptrusts.projections.query_api.directory_view import Directory
from keeptrusts.projections.query_api.models import One, Page
from keeptrusts.projections.query_api.problems import not_found
from keeptrusts.projections.query_api.scope import row_condition
from keeptrusts.schemas import topics
from keeptrusts.schemas.codec import json_object
from keeptrusts.schemas.money import FROM_JSON
from keeptrusts.schemas.record import Record
from keeptrusts.schemas.snapshots.documents import Escalation, Export, ExportSchedule
from keeptrusts.schemas.snapshots.ledger import AllocationValue, BudgetPeriodOpened, TicketValue

T = TypeVar("T", bound=Record)
S = TypeVar("S")


def ticket_of(value: str) -> TicketValue:
    return _read(TicketValue, value)


def escalation_of(value: str) -> Escalation:
    return _read(Escalation, value)


def export_of(value: str) -> Export:
    return _read(Export, value)


def export_schedule_of(value: str) -> ExportSchedule:
    return _read(ExportSchedule, value)


def allocation_of(value: str) -> AllocationValue:
    return _read(AllocationValue, value)


def period_of_budget(value: str) -> BudgetPeriodOpened:
    return _read(BudgetPeriodOpened, value)


@dataclass(slots=True)
class Selection:
    """Which values of a kind are asked for: conditions of the table ``ledger_values``, and what they compare with."""

    conditions: list[str] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)

    def where(self, condition: str, **values: Any) -> None:
        self.conditions.append(condition)
        self.values |= values


def selected(call: Call) -> Selection:
    """Read the filters that tickets and escalations share: team, user and request."""
    found = Selection()
    if "team" in call.parameters:
        found.where("team = {team:String}", team=team_id_of(call, call.parameters["team"]))
    if "user" in call.parameters:
        found.where("user = {user:String}", user=user_id_of(call, call.parameters["user"]))
    if "request" in call.parameters:
        found.where("JSONExtractString(value, 'request') = {request:String}", request=call.parameters["request"])
    return found


async def newest(call: Call, kind: str, selection: Selection, show: Callable[[str], S]) -> Page[S]:
    """Answer a list of values within the caller's reach, the newest first; ids grow with time."""
    if "cursor" in call.parameters:
        before = decode_cursor(call.parameters["cursor"], kind, (str,)).key[0]
        selection.where("id < {before:String}", before=before)
    limit = limit_of(call)
    found = await _rows(call, kind, selection, limit + 1)
    as_of = call.position(topics.LEDGER)
    next_cursor = None
    if len(found) > limit:
        next_cursor = encode_cursor(Cursor(kind=kind, key=(found[limit - 1][0],), as_of=as_of.offset))
    return Page[S](
        data=[show(value) for _, value in found[:limit]],
        next_cursor=next_cursor,
        as_of=str(as_of),
        lag_ms=call.lag_ms(topics.LEDGER),
    )


async def the_one(call: Call, kind: str, show: Callable[[str], S]) -> One[S]:
    """Answer the value that the path names; raises Refused (404) for one that is not within the caller's reach."""
    name, selection = call.path["id"], Selection()
    selection.where("id = {id:String}", id=name)
    found = await _rows(call, kind, selection, 1)
    if not found:
        raise not_found(kind, name)
    position = call.position(topics.LEDGER)
    return One[S](data=show(found[0][1]), as_of=str(position), lag_ms=call.lag_ms(topics.LEDGER))


async def _rows(call: Call, kind: str, selection: Selection, limit: int) -> list[tuple[str, str]]:
    within = row_condition(call.scope)
    where = " AND ".join([within.sql, "kind = {kind:String}", *selection.conditions])
    answer = await call.deps.store.query(
        f"SELECT id, value FROM ledger_values FINAL WHERE {where} ORDER BY id DESC LIMIT {int(limit)}",
        {**within.parameters, **selection.values, "kind": kind},
    )
    return [(str(identifier), str(value)) for identifier, value in answer.rows]


def team_id_of(call: Call, text: str) -> str:
    """Give the id of a team within reach, by id, slug or name; raises Refused (404)."""
    team = call.directory.team_named(text)
    if team is None or not call.scope.covers_team(team.id):
        raise not_found("team", text)
    return team.id


def user_id_of(call: Call, text: str) -> str:
    """Give a member's id by id or e-mail; labels of callers without a member's record are taken as they are."""
    member = call.directory.member_named(text)
    return member.id if member is not None else text


def actor_label(actor: str | None, directory: Directory) -> str | None:
    """Give a member's e-mail for ``member:<id>`` or a bare id, other actors as they are."""
    return None if actor is None else directory.user_label(actor.removeprefix("member:"))


def _read(model: type[T], value: str) -> T:
    """Read one value; the projector wrote it, so it fits."""
    return model.model_validate(json_object(value.encode()), context=FROM_JSON)
