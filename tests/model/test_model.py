"""Every interleaving of small instances keeps the promise about money, and none of its rules can be left out.

`make test` explores the small settings and every mutant, `make chaos` the large settings as well. A broken invariant is
shown with the shortest way to it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

import pytest

from model.explore import Explored, Model, explore
from model.hold_rules import HoldRules
from model.hold_settings import LARGE, SMALL
from model.hold_state import Asked, Setting
from model.hold_world import HoldWorld
from model.ticket_rules import TicketRules
from model.ticket_settings import LARGE_TICKETS, TICKETS
from model.ticket_world import TicketModel

LONG = "CHAOS_SECONDS" in os.environ
HOLDS = {**SMALL, **(LARGE if LONG else {})}
WAITING = {**TICKETS, **(LARGE_TICKETS if LONG else {})}


@pytest.fixture(scope="module")
def report(request: pytest.FixtureRequest) -> Iterator[list[str]]:
    """Lines that are shown after the last test."""
    lines: list[str] = []
    yield lines
    capture = request.config.pluginmanager.get_plugin("capturemanager")
    assert capture is not None
    with capture.global_and_fixture_disabled():
        print("", *lines, sep="\n")


def explored(model: Model[Any], name: str, report: list[str]) -> Explored:
    started = time.monotonic()
    found = explore(model)
    report.append(f"{name:<38}{time.monotonic() - started:>6.1f} s  {found}")
    return found


@pytest.mark.parametrize("name", HOLDS)
def test_leases_and_holds_keep_the_promise(name: str, report: list[str]) -> None:
    found = explored(HoldWorld(HOLDS[name]), name, report)
    assert found.broken is None, str(found)
    assert found.at_rest > 0


@pytest.mark.parametrize("name", WAITING)
def test_tickets_keep_the_promise(name: str, report: list[str]) -> None:
    found = explored(TicketModel(WAITING[name]), name, report)
    assert found.broken is None, str(found)
    assert found.at_rest > 0


# The rule that is taken away, the setting that shows it alone, and what breaks there.
WITHOUT: list[tuple[str, str, str]] = [
    ("holds_in_one_step", "room for one", "which its hold does not cover"),
    ("waits_for_ack", "room for one", "which its hold does not cover"),
    ("stops_when_unknown", "unknown appends", "which its hold does not cover"),
    ("voids_when_unknown", "unknown appends", "was refused, cost 0 and was charged"),
    ("voids_before_next_try", "unknown and tried again", "holds money twice"),
    ("repeats_ends", "long calls", "was refused, cost"),
    ("fences_by_time", "two calls of a gateway", "which its hold does not cover"),
    ("fences_every_lease", "a budget", "which its hold does not cover"),
    ("dispatches_soon", "released", "which its hold does not cover"),
    ("frees_on_ack", "unknown appends", "which its hold does not cover"),
    ("answers_after_ack", "unknown appends", "was answered, cost 1 and was charged 2"),
    ("settles_blind_calls_whole", "blind", "which its hold does not cover"),
    ("ends_first_hold_first", "two attempts", "holds money twice"),
    ("forgets_leases", "one call, killed", "which its hold does not cover"),
    ("returns_are_gone", "returns", "which its hold does not cover"),
    ("checks_room", "a broken gateway", "is overdrawn"),
    ("checks_owner", "a broken gateway", "which its hold does not cover"),
    ("checks_expiry", "room for one", "accepted a hold that no gateway may dispatch"),
    ("draws_all_or_none", "a budget", "accepted a hold that no gateway may dispatch"),
    ("agrees_all_or_none", "a budget for one", "granted although an account does not agree"),
    ("waits_grace", "steps back", "which its hold does not cover"),
    ("keeps_holds_of_expired", "released", "which its hold does not cover"),
    ("presumes_spent", "long calls", "which its hold does not cover"),
    ("corrects_presumed", "long calls", "was charged 2"),
    ("ends_once", "doubled records", "is overdrawn"),
    ("buries", "unknown appends", "which its hold does not cover"),
    ("remembers_holds", "doubled records", "which its hold does not cover"),
    ("remembers_requests", "doubled records", "came from nowhere or went there"),
    ("charges_at_most_the_hold", "above the hold", "is overdrawn"),
    ("releases_only_presumed", "released", "which its hold does not cover"),
    ("charges_released_to_variance", "released wrongly", "below zero"),
    ("gives_back_after_close", "long calls", "still holds money"),
    ("refuses_late_returns", "returns", "is overdrawn"),
]


@pytest.mark.parametrize(("rule", "setting", "breaks"), WITHOUT, ids=[one[0] for one in WITHOUT])
def test_without_any_rule_of_holds_something_breaks(rule: str, setting: str, breaks: str) -> None:
    found = explore(HoldWorld(SMALL[setting], replace(HoldRules(), **{rule: False})))
    assert found.broken is not None, str(found)
    assert breaks in found.broken, str(found)


TICKETS_WITHOUT: list[tuple[str, str, str]] = [
    ("withdraws_before_402", "withdrawn or funded", "a ticket that nobody can approve"),
    ("ignores_lost_grants", "withdrawn or funded", "providers billed 1, wallets paid 0"),
    ("fences_by_time", "killed while waiting", "providers billed 1, wallets paid 0"),
    ("remembers_tickets", "doubled", "was funded twice"),
    ("funds_in_order", "three tickets, two wallets", "before one that waited longer"),
    ("funds_first_fit", "three tickets, two wallets", "waits for money that is there"),
    ("funds_after_everything", "money comes back", "waits for money that is there"),
    ("pays_from_first", "three tickets, two wallets", "a lower wallet paid"),
    ("ends_waiting", "killed while waiting", "waits beyond its deadline"),
    ("parks_for_good", "withdrawn or funded", "has ended, and its ticket is funded"),
    ("voids_lost_grants", "withdrawn or funded", "has ended, and its ticket is funded"),
    ("parks_unused", "money comes back", "a ticket that nobody can approve"),
    ("buries", "withdrawn or funded", "has ended, and its ticket is waiting"),
    ("approves_only_parked", "approved and redeemed", "came from nowhere or went there"),
    ("approves_what_is_covered", "approved and redeemed", "below zero"),
    ("ends_approval", "approved and redeemed", "still holds money"),
    ("redeems_only_approved", "approved and redeemed", "came from nowhere or went there"),
    ("redeems_for_its_principal", "a stranger", "a stranger was served"),
    ("gives_back_when_denied", "approved and redeemed", "still holds money"),
    ("denies_for_good", "killed while waiting", "has ended, and its ticket is funded"),
    ("moves_money_into_the_lease", "approved and redeemed", "came from nowhere or went there"),
]


@pytest.mark.parametrize(("rule", "setting", "breaks"), TICKETS_WITHOUT, ids=[one[0] for one in TICKETS_WITHOUT])
def test_without_any_rule_of_tickets_something_breaks(rule: str, setting: str, breaks: str) -> None:
    found = explore(TicketModel(TICKETS[setting], replace(TicketRules(), **{rule: False})))
    assert found.broken is not None, str(found)
    assert breaks in found.broken, str(found)


def test_every_rule_is_taken_away_once() -> None:
    assert [one[0] for one in WITHOUT] == [field.name for field in fields(HoldRules)]
    assert [one[0] for one in TICKETS_WITHOUT] == [field.name for field in fields(TicketRules)]


def test_a_hold_presumed_before_its_lease_ends_would_break_the_promise() -> None:
    """Why holds live longer than leases and GRACE: corrections free money that the gateway takes for its lease's."""
    calls = (Asked(bound=2, costs=(1,)), Asked())
    short = Setting(calls=calls, wallets=(2,), lease=2, hold=0, soon=0, grace=0, horizon=2)
    found = explore(HoldWorld(short))
    assert found.broken is not None
    assert "which its hold does not cover" in found.broken, str(found)
    assert explore(HoldWorld(replace(short, hold=2))).broken is None
