"""What a policy is given and what it answers; every kind implements `Policy`."""

from collections.abc import Mapping
from dataclasses import field
from types import MappingProxyType
from typing import Final, Literal, Protocol

from keeptrusts.gateway.policies.actions import Actions
from keeptrusts.gateway.policies.review import Review
from keeptrusts.gateway.policies.texts import Edit
from keeptrusts.schemas.errors import Problem
from keeptrusts.schemas.events.identity import PolicyOutcome, Role
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.policy_document.document import DataPolicy

NO_HEADERS: Final[Mapping[str, str]] = MappingProxyType({})
NO_FINDINGS: Final[Mapping[str, int]] = MappingProxyType({})
NO_ACTIONS: Final = Actions(count=0, fresh=())


@frozen
class RequestFacts:
    """Everything policies may know about a call; an absent attribute is None, never an empty text.

    `team` is the slug, `user` a member id, `external:<id>` or `key:<name>`, `user_email` that of a member. `headers`
    has lower-case names and holds at least those of `CompiledDocument.header_names`. `candidate_model` is the model
    that would be called when routing chose another one than requested. `input_bytes` is the size of the body. `review`
    has the texts of the `phase` that is judged, the request's or the answer's, where the chain has policies that look
    at them.
    `data_policies` are what the targets that serve the call have declared, and `actions` what the agent has done so
    far, where the chain has policies that ask.
    """

    org: str
    team_id: str | None = None
    team: str | None = None
    user: str | None = None
    user_email: str | None = None
    role: Role | None = None
    key_id: str | None = None
    consumer_group: str | None = None
    project: str | None = None
    authenticated: bool = True
    gateway: str = ""
    endpoint: str = ""
    requested_model: str | None = None
    candidate_model: str | None = None
    stream: bool = False
    input_bytes: int = 0
    tools: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=lambda: NO_HEADERS)
    phase: Literal["input", "output"] = "input"
    review: Review | None = None
    data_policies: tuple[DataPolicy, ...] = ()
    actions: Actions = NO_ACTIONS

    @property
    def model(self) -> str | None:
        """The model that would be called."""
        return self.candidate_model or self.requested_model


class Permit(Protocol):
    """Something a policy lent to a call that is under way, such as a slot among parallel requests."""

    def finish(self, *, tokens: int, now_ns: int) -> None:
        """Gives it back. `tokens` is what the call used, 0 if nothing. Never raises; a second call does nothing."""
        ...


@frozen
class Escalation:
    """What a person is asked to decide about: how grave it is, how long the call waits, when a decision is due."""

    type: str
    severity: Literal["low", "medium", "high", "critical"]
    wait_s: int = 1800
    due_s: int = 1800
    held: bool = True
    """Whether a call waits; else it is refused at once, and may come again once it is approved. Answers always wait."""
    assignee: str | None = None


@frozen
class Decision:
    """A policy's answer. `problem` is what a caller is told if this refuses; it never holds content.

    `reason` is a stable code, `findings` counts by type, `permit` must be finished when the call is over. `edits` are
    made in the texts under review when the result is redact and in force. `escalation` belongs to the result escalate.
    `appended` are texts of the file's own that go to the end of the answer, whatever else becomes of it.
    """

    result: PolicyOutcome
    reason: str | None = None
    problem: Problem | None = None
    findings: Mapping[str, int] = field(default_factory=lambda: NO_FINDINGS)
    permit: Permit | None = None
    edits: tuple[Edit, ...] = ()
    escalation: Escalation | None = None
    appended: tuple[str, ...] = ()


ALLOW: Final = Decision(result="allow")


class Policy(Protocol):
    """One compiled policy.

    `evaluate` is synchronous and takes microseconds; `now_ns` is a monotonic clock in nanoseconds. It may raise:
    the chain then follows the entry's fail mode and drops the exception's text.
    """

    def evaluate(self, facts: RequestFacts, now_ns: int) -> Decision:
        """Decides about one call."""
        ...


class ModelRule(Protocol):
    """A policy that can say about any model whether a caller may use it, for listing models."""

    def allows_model(self, facts: RequestFacts, model: str) -> bool:
        """Whether the caller of `facts` may use `model`."""
        ...


def blocked(*, code: str, reason: str, policy: str, message: str, fix: str, param: str | None = None) -> Decision:
    """A refusal with the text that the caller is shown."""
    problem = Problem(code=code, message=message, fix=fix, policy=policy, param=param)
    return Decision(result="block", reason=reason, problem=problem)
