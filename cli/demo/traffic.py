"""Live traffic of the demo: calls of every team in turn, shown as they come back, until it is told to stop."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Final

from keeptrusts.cli.demo.cast import MAIL_DOMAIN, REFUSED_MODEL, TEAMS
from keeptrusts.cli.demo.seed import DemoState
from keeptrusts.cli.demo.tour import call

PAUSE_S: Final = (0.2, 1.2)
REFUSED_SHARE: Final = 0.12
_COLOURS: Final = {"allow": "\x1b[32m", "block": "\x1b[31m", "refuse": "\x1b[31m"}
_RESET: Final = "\x1b[0m"


def generate(
    state: DemoState, gateway_url: str, *, say: Callable[[str], None], colour: bool, stop_after_s: float | None
) -> int:
    """Send calls and show one line each; ends with Ctrl-C or after ``stop_after_s``. Gives the number of calls."""
    generator = random.Random()
    started, made = time.monotonic(), 0
    while stop_after_s is None or time.monotonic() - started < stop_after_s:
        team = generator.choice(TEAMS)
        person = generator.choice(team.people)
        refused = generator.random() < REFUSED_SHARE
        model = REFUSED_MODEL if refused else generator.choices(*zip(*team.models, strict=True))[0]
        headers = {"X-User-Id": f"{person}@{MAIL_DOMAIN}"}
        answer = call(gateway_url, state.keys[team.slug], model, "Summarize the last change", headers)
        verdict = answer.headers.get("x-keeptrusts-decision", "?")
        shown = f"{_COLOURS.get(verdict, '')}{verdict:<7}{_RESET}" if colour else f"{verdict:<7}"
        cost = answer.headers.get("x-keeptrusts-cost", "-")
        say(
            f"{time.strftime('%H:%M:%S')}  {shown} {team.slug:<12} {person:<11} {model:<12} "
            f"{answer.status}  {cost:>10}  {answer.elapsed_ms:6.1f} ms"
        )
        made += 1
        time.sleep(generator.uniform(*PAUSE_S))
    return made
