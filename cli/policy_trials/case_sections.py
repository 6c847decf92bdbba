"""What a file of policy cases may say: defaults, calls and what is expected of them, as models with clear errors."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from keeptrusts.schemas.events.identity import DECISION_SPELLINGS, PolicyOutcome, Role
from keeptrusts.schemas.policy_document.kinds.options import Section
from keeptrusts.schemas.policy_document.kinds.scalars import Flag, Name, Names, UsdAmount, Whole

MAX_CALLS = 1_000
MAX_TEXT = 1024 * 1024


def _names(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _verdict(value: object) -> object:
    return DECISION_SPELLINGS.get(value, value) if isinstance(value, str) else value


def _expectation(value: object) -> object:
    return {"verdict": value} if isinstance(value, str) else value


def _seconds(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueError("write a number of seconds such as 30 or 0.5")
    return value


Words = Annotated[str, Field(max_length=MAX_TEXT)]
Seconds = Annotated[Decimal, BeforeValidator(_seconds), Field(ge=0, le=86_400)]
Verdict = Annotated[Literal["allow", "warn", "redact", "escalate", "block"], BeforeValidator(_verdict)]
Files = Annotated[Names, BeforeValidator(_names), Field(min_length=1)]


class CaseFileSection(Section):
    """A file of cases without the cases: the policy files they are about, relative to the file itself."""

    policy: Files | None = None
    description: str = ""


class FactsSection(Section):
    """What is known about a call before its texts are looked at. Absent is absent: there is no team by default."""

    aliases: ClassVar[Mapping[str, str]] = {"group": "consumer_group", "routed": "routed_model"}
    team: Name | None = None
    user: Name | None = None
    role: Role | None = None
    key: Name | None = "case"
    consumer_group: Name | None = None
    project: Name | None = None
    gateway: Name = "default"
    model: Name = "gpt-4o"
    routed_model: Name | None = None
    headers: Mapping[Name, Name] = {}
    authenticated: Flag = True


class SpentSection(Section):
    """US dollars that the owner of a spend-limit has spent before the call."""

    month: UsdAmount | None = None
    day: UsdAmount | None = None


class ExpectSection(Section):
    """What must come of a call; what is not written is not compared. `null` expects that there is none."""

    verdict: Verdict | None = None
    policy: Name | None = None
    reason: Name | None = None
    code: Name | None = None
    status: Annotated[int, Field(strict=True, ge=100, le=599)] | None = None
    retry_after: Whole | None = None
    findings: Mapping[Name, Whole] | None = None
    results: Mapping[Name, PolicyOutcome | None] | None = None
    text: Words | None = None
    messages: tuple[Mapping[str, Any], ...] | None = None
    answer: Words | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("says nothing; write a verdict, for example expect: block")
        return self


class CallSection(FactsSection):
    """One call. Exactly one of `text`, `messages` and `request` says what is sent; `answer` is what comes back."""

    text: Words | None = None
    messages: tuple[Mapping[str, Any], ...] | None = None
    request: Mapping[str, Any] | None = None
    api: Literal["chat", "messages", "responses", "embeddings"] = "chat"
    tools: Names = ()
    answer: Words | None = None
    moderation: Mapping[str, Any] | None = None
    cost: UsdAmount | None = None
    spent: SpentSection = SpentSection()
    at: Seconds = Decimal(0)
    lasts: Seconds = Decimal(0)
    tokens: Whole | None = None
    expect: Annotated[ExpectSection, BeforeValidator(_expectation)]

    @model_validator(mode="after")
    def _one_body(self) -> Self:
        given = [name for name in ("text", "messages", "request") if getattr(self, name) is not None]
        if len(given) > 1:
            raise ValueError(f'"{given[0]}" and "{given[1]}" both say what is sent; keep one of them')
        if self.request is not None and self.tools:
            raise ValueError('tools stand within "request" where that is given')
        if self.request is None and self.api != "chat":
            raise ValueError('"api" is read beside "request" only')
        return self


class CaseSection(CallSection):
    """A case of one call."""

    name: Name
    description: str = ""


class SeriesSection(Section):
    """A case of several calls, without them."""

    name: Name
    description: str = ""
