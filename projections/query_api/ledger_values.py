"""Values of the ledger as the tables hold them, read back; and the names of people and teams in their answers."""

from __future__ import annotations

from typing import TypeVar

from keeptrusts.projections.query_api.call import Call
from keeptrusts.projections.query_api.directory_view import Directory
from keeptrusts.projections.query_api.problems import not_found
from keeptrusts.schemas.codec import json_object
from keeptrusts.schemas.money import FROM_JSON
from keeptrusts.schemas.record import Record
from keeptrusts.schemas.snapshots.documents import Escalation
from keeptrusts.schemas.snapshots.ledger import AllocationValue, BudgetPeriodOpened, TicketValue

T = TypeVar("T", bound=Record)


def ticket_of(value: str) -> TicketValue:
    return _read(TicketValue, value)


def escalation_of(value: str) -> Escalation:
    return _read(Escalation, value)


def allocation_of(value: str) -> AllocationValue:
    return _read(AllocationValue, value)


def period_of_budget(value: str) -> BudgetPeriodOpened:
    return _read(BudgetPeriodOpened, value)


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
