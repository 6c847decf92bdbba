"""Every route for every role: a generated walk over the routes and the roles table."""

from __future__ import annotations

import re

from support.acme import ADMIN, LONER, MEMBER, ORG, OTHER_ORG, OWNER, RED, SECRETS, STRANGER, TEAM_ADMIN, Person
from support.asking import Client
from support.contents import sealed_for
from support.filled_store import FilledStore
from support.hooks import hook
from support.ledger_entries import AT, USD, Entries, hold, ticket
from support.request_material import Material

from keeptrusts.projections.query_api.routes import ROUTES
from keeptrusts.schemas.authorization import Principal, scope_of
from keeptrusts.schemas.events.identity import Identity
from keeptrusts.schemas.snapshots.directory import BudgetValue
from keeptrusts.schemas.snapshots.documents import Escalation, Export, ExportSchedule

PEOPLE = (OWNER, ADMIN, TEAM_ADMIN, MEMBER, LONER)


async def test_routes_answer_as_the_roles_table_says(client: Client, filled: FilledStore) -> None:
    material, other = Material(), Material(org=OTHER_ORG, seed=9)
    request, who = material.request_id(), Identity(org=ORG, team=RED, user=MEMBER.id)
    key, content = sealed_for(request, org=ORG, subject=MEMBER.id, secrets=SECRETS)
    await filled.derived("kt.subjectkeys", ORG, key)
    await filled.derived("kt.content", ORG, *content.records)
    await filled.events(material.decided(request, who), material.completed(request, who))
    foreign = other.request_id()
    theirs = Identity(org=OTHER_ORG, team=RED, user=STRANGER.id)
    await filled.events(other.decided(foreign, theirs), other.completed(foreign, theirs))
    running = material.request_id()
    await filled.events(material.decided(running, who))
    asked = Export(
        id="exp_1", org=ORG, type="events", format="csv", state="queued", requested_by=MEMBER.id, requested_at=AT,
        reach="own", expires_at=AT,
    )  # fmt: skip
    planned = ExportSchedule(
        id="xsc_1", org=ORG, type="events", format="csv", cron="0 6 1 * *", time_zone="UTC", made_by=MEMBER.id,
        created_at=AT, since=AT, next_at=AT,
    )  # fmt: skip
    entries, paid = Entries(), ticket(1, "parked", team=RED, user=MEMBER.id)
    held = Escalation(
        id="esc_1", org=ORG, change="opened", type="human_oversight", severity="medium", state="queued", team=RED,
        user=MEMBER.id, opened_at=AT, due_at=AT, request=request, content_ref=content.ref,
    )  # fmt: skip
    await filled.derived(
        "kt.ledger", ORG, entries.opened(running, hold(running, 1, f"team:{RED}", USD)),
        entries.entry("parked", "kt.ticket.withdrawn.v1", changes=(paid,)),
        entries.entry("escalated", "kt.review.requested.v1", changes=(held,)),
        entries.entry("accepted", "kt.export.create_requested.v1", changes=(asked,)),
        entries.entry("accepted", "kt.export.schedule_requested.v1", changes=(planned,)),
    )  # fmt: skip
    budget = BudgetValue(
        id="bud_1", org=ORG, scope="team", owner=RED, limit=USD, period="day", time_zone="UTC", action="hard",
        thresholds_percent=(), created_at=AT,
    )  # fmt: skip
    told = hook("whk_1", org=ORG)
    await filled.derived("kt.directory", ORG, budget, told)
    own_ids = {
        "/v1/events/{id}": request, "/v1/teams/{id}": RED, "/v1/teams/{id}/members": RED, "/v1/teams/{id}/usage": RED,
        "/v1/wallets/{id}": f"organization:{ORG}", "/v1/wallets/{id}/transactions": f"organization:{ORG}",
        "/v1/tickets/{id}": paid.id, "/v1/escalations/{id}": held.id,
        "/v1/holds/{request}/{attempt}": f"{running}/1", "/v1/budgets/{id}": budget.id,
        "/v1/webhooks/{id}": told.id, "/v1/webhooks/{id}/deliveries": told.id,
        "/v1/exports/{id}": asked.id, "/v1/export-schedules/{id}": planned.id,
        "/v1/events/{id}/content": request, "/v1/escalations/{id}/content": held.id,
        "/v1/privacy/subjects/{id}": MEMBER.email,
    }  # fmt: skip
    foreign_ids = dict.fromkeys(own_ids, STRANGER.id) | {
        "/v1/holds/{request}/{attempt}": f"{foreign}/1",
        "/v1/events/{id}": foreign, "/v1/events/{id}/content": foreign, "/v1/wallets/{id}": f"organization:{OTHER_ORG}",
        "/v1/wallets/{id}/transactions": f"organization:{OTHER_ORG}",
    }  # fmt: skip
    walked = 0
    for route in ROUTES:
        for person in PEOPLE:
            if route.stream is not None or route.method != "GET":
                continue
            found = await _status(client, _named(route.path, own_ids.get(route.path, "")), person)
            expected = _expected(route.path, person) if "{" in route.path else 200
            if route.action is not None and scope_of(_principal(person), route.action).reach == "none":
                expected = 403
            assert found == expected, (route.path, person.name)
            if "{" in route.path:
                path = _named(route.path, foreign_ids[route.path])
                hidden = 403 if expected == 403 else 404
                assert await _status(client, path, person) == hidden, (path, person.name)
            walked += 1
        unsigned = await client.request(route.method, re.sub(r"{\w+}", "x", route.path))
        assert unsigned.status == 401, route.path
    assert walked > 110
    for person in PEOPLE:
        response = await client.post("/v1/admin/rebuild", params={"table": "requests"}, headers=person.headers)
        assert response.status == (409 if person is OWNER else 403)


def _expected(path: str, person: Person) -> int:
    if person in (OWNER, ADMIN):
        return 200
    if path in (
        "/v1/events/{id}", "/v1/tickets/{id}", "/v1/escalations/{id}", "/v1/holds/{request}/{attempt}",
        "/v1/budgets/{id}", "/v1/events/{id}/content", "/v1/escalations/{id}/content",
    ):  # fmt: skip
        return 200 if person in (TEAM_ADMIN, MEMBER) else 404
    if path in ("/v1/exports/{id}", "/v1/export-schedules/{id}"):
        return 200 if person is MEMBER else 404
    if path.startswith("/v1/teams"):
        return 200 if RED in person.teams else 404
    return 404  # the organization's wallet


def _named(path: str, identifier: str) -> str:
    return path.replace("{id}", identifier).replace("{request}/{attempt}", identifier)


def _principal(person: Person) -> Principal:
    return Principal(org=person.org, member=person.id, role=person.role, teams=person.teams)


async def _status(client: Client, path: str, person: Person) -> int:
    return (await client.get(path, headers=person.headers)).status
