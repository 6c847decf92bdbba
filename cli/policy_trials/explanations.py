"""An explained chain as text for people and JSON for scripts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from keeptrusts.cli.policy_trials.explaining import Explanation, Said, Step
from keeptrusts.schemas.policy_document.document import ChainEntry

_NUMBER = 3
_INDENT = " " * 7


def as_text(explained: Explanation) -> str:
    """The chain in running order with a line or more a step, what is left out, and what becomes of the call."""
    who = "calls without a team" if explained.team is None else f"team {explained.team}"
    total = len(explained.steps) + len(explained.left_out)
    lines = [f"{who}: {len(explained.steps)} of {total} policies run, in this order"]
    if not explained.document_enabled:
        lines = [f"{who}: the pack is switched off, so no policy runs"]
    elif explained.team is not None and not explained.team_is_named and explained.left_out:
        lines[0] += " (nothing in the file names this team)"
    widest = max((len(_label(step.entry)) for step in explained.steps), default=0)
    for number, step in enumerate(explained.steps, start=1):
        lines.append(f"{number:>{_NUMBER}}  {_label(step.entry).ljust(widest)}  {_settings(step)}")
        lines += [_INDENT + line for line in _step_lines(step, judged=explained.judged is not None)]
    if explained.left_out:
        lines += ["", "left out"]
        lines += [f"{'-':>{_NUMBER}}  {_label(one.entry)}  {one.why}" for one in explained.left_out]
    if explained.judged is not None:
        lines += ["", *_end(explained)]
    return "\n".join(lines)


def as_json(explained: Explanation) -> dict[str, Any]:
    """`{team, enabled, steps, left_out, call}`; `call` is None where none was described."""
    judged, problem = explained.judged, explained.problem
    call = None
    if judged is not None:
        call = {
            "verdict": judged.verdict,
            "policy": judged.deciding.policy,
            "reason": judged.deciding.reason,
            "status": judged.status,
            "code": None if problem is None else problem.code,
            "message": None if problem is None else problem.text,
            "findings": dict(judged.findings),
            "request": None if judged.asked.problem is not None else judged.body,
            "answer": judged.answer,
        }
    return {
        "team": explained.team,
        "enabled": explained.document_enabled,
        "steps": [_step_json(step) for step in explained.steps],
        "left_out": [{**_entry_json(one.entry), "why": one.why} for one in explained.left_out],
        "call": call,
    }


def _step_lines(step: Step, *, judged: bool) -> Iterator[str]:
    yield step.why + ("" if step.applies else ", so it does not apply")
    if not judged or not step.applies:
        return
    if not step.reached:
        yield "is not reached" if "request" in step.phases else "has no answer to judge"
    for phase, said in (("request", step.request), ("answer", step.answer)):
        if said is not None:
            yield f"{phase:<8} {_said(said, step)}"
            for text in said.texts:
                yield from (f"{'':<8} | {line}" for line in text.splitlines())


def _said(said: Said, step: Step) -> str:
    words = said.result
    if said.effect != said.result and said.result != "not_evaluated":
        words = f"{said.result}, but {_instead(said, step)}"
    if said.reason is not None:
        words += f" ({said.reason})"
    if said.findings:
        words += ": " + ", ".join(f"{count} {kind}" for kind, count in said.findings.items())
    return words


def _instead(said: Said, step: Step) -> str:
    if step.entry.mode == "observe":
        return "observe only records it"
    if step.entry.mode == "guide":
        return "guide makes it a warning"
    if said.result == "error":
        return f"fail_mode {step.entry.fail_mode} makes it {said.effect}"
    return f"the call goes on as {said.effect}"


def _end(explained: Explanation) -> Iterator[str]:
    judged, problem = explained.judged, explained.problem
    assert judged is not None, "only a call that was judged has an end"
    decided = "" if judged.deciding.policy is None else f" by {judged.deciding.policy} ({judged.deciding.reason})"
    yield f"verdict  {judged.verdict}{decided}"
    yield f"status   {judged.status}" + ("" if problem is None else f" {problem.code}")
    if problem is not None:
        yield f"message  {problem.text}"


def _settings(step: Step) -> str:
    entry = step.entry
    fail = "" if entry.fail_mode == "block" else f", fail_mode {entry.fail_mode}"
    return f"{entry.mode}{fail}, {' and '.join(step.phases) or 'record'}"


def _label(entry: ChainEntry) -> str:
    return entry.kind if entry.name == entry.kind else f"{entry.kind} ({entry.name})"


def _entry_json(entry: ChainEntry) -> dict[str, Any]:
    targeting = None
    if entry.targeting is not None:
        targeting = {"scope": entry.targeting.scope, "names": list(entry.targeting.names)}
    return {
        "kind": entry.kind,
        "name": entry.name,
        "mode": entry.mode,
        "fail_mode": entry.fail_mode,
        "targeting": targeting,
        "description": entry.description,
    }


def _step_json(step: Step) -> dict[str, Any]:
    return {
        **_entry_json(step.entry),
        "phases": list(step.phases),
        "applies": step.applies,
        "why": step.why,
        "reached": step.reached,
        "request": _said_json(step.request),
        "answer": _said_json(step.answer),
    }


def _said_json(said: Said | None) -> dict[str, Any] | None:
    if said is None:
        return None
    return {
        "result": said.result,
        "effect": said.effect,
        "reason": said.reason,
        "findings": dict(said.findings),
        "texts": list(said.texts),
    }
