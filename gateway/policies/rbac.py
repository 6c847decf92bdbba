"""rbac: who must be known, and which role may use which models and tools."""

from collections.abc import Mapping
from dataclasses import dataclass

from keeptrusts.gateway.policies.globs import AllowDeny
from keeptrusts.gateway.policies.protocol import ALLOW, Decision, RequestFacts, blocked
from keeptrusts.schemas.events.identity import Role
from keeptrusts.schemas.policy_document.kinds.access import RbacOptions, RoleRules

KIND = "rbac"
EVERY_ROLE = "*"
ATTRIBUTES = frozenset({"role", "team", "user", "key", "consumer_group", "project"})


@dataclass(frozen=True, slots=True)
class _RoleLists:
    models: AllowDeny
    tools: AllowDeny


class Rbac:
    """The compiled rule; attributes are checked first, then the role, then models and tools."""

    __slots__ = ("_minimum", "_needed", "_require_auth", "_roles")

    def __init__(self, options: RbacOptions) -> None:
        self._require_auth = options.require_auth
        self._needed = options.deny_if_missing
        self._minimum: Role | None = options.minimum_role
        self._roles: Mapping[str, _RoleLists] = {role: _lists(rules) for role, rules in options.roles.items()}

    def evaluate(self, facts: RequestFacts, now_ns: int) -> Decision:
        """Blocks with permission_denied or model_not_allowed, or allows."""
        if self._require_auth and not facts.authenticated:
            return _denied("authentication_required", "a key is required", "Send Authorization: Bearer kt_gk_...")
        for name in self._needed:
            if not _present(facts, name):
                return _missing(name)
        if self._minimum is not None and _rank(facts.role) < _rank(self._minimum):
            message = f"the role must be at least {self._minimum}, and this call has {facts.role or 'none'}"
            return _denied("role_too_low", message, "Use a key of a team member with that role")
        lists = self._lists_of(facts.role)
        return ALLOW if lists is None else _check_lists(lists, facts)

    def allows_model(self, facts: RequestFacts, model: str) -> bool:
        """Whether the role's lists permit a model."""
        lists = self._lists_of(facts.role)
        return lists is None or lists.models.permits(model)

    def _lists_of(self, role: Role | None) -> _RoleLists | None:
        if not self._roles:
            return None
        return self._roles.get(role or "") or self._roles.get(EVERY_ROLE)


def header_names(options: RbacOptions) -> frozenset[str]:
    """Header names, in lower case, whose presence the rule asks for."""
    return frozenset(name for name in options.deny_if_missing if name not in ATTRIBUTES)


def _lists(rules: RoleRules) -> _RoleLists:
    return _RoleLists(
        AllowDeny.of(rules.allowed_models, rules.denied_models), AllowDeny.of(rules.allowed_tools, rules.denied_tools)
    )


def _check_lists(lists: _RoleLists, facts: RequestFacts) -> Decision:
    model = facts.model
    if model is not None and not lists.models.permits(model):
        return blocked(
            code="model_not_allowed",
            reason="model_not_allowed_for_role",
            policy=KIND,
            message=f"the role {facts.role or 'none'} may not use this model",
            fix="Ask an admin, or choose a model of GET /v1/models",
            param="model",
        )
    if not all(lists.tools.permits(tool) for tool in facts.tools):
        return _denied(
            "tool_not_allowed_for_role",
            f"the role {facts.role or 'none'} may not offer one of these tools",
            "Remove the tool, or ask an admin",
        )
    return ALLOW


def _present(facts: RequestFacts, name: str) -> bool:
    if name == "role":
        return facts.role is not None
    if name == "team":
        return facts.team is not None or facts.team_id is not None
    if name == "user":
        # "key:<name>" stands in where no person is known.
        return facts.user is not None and not facts.user.startswith("key:")
    if name == "key":
        return facts.key_id is not None
    if name == "consumer_group":
        return facts.consumer_group is not None
    if name == "project":
        return facts.project is not None
    return bool(facts.headers.get(name))


def _missing(name: str) -> Decision:
    if name in ATTRIBUTES:
        fix = "Use a key that is bound to a team" if name in ("team", "role") else f"Send a call that names its {name}"
        return _denied(f"{name}_missing", f"{name} is missing", fix)
    return _denied("header_missing", f"the header {name} is missing", f"Send the header {name}")


def _denied(reason: str, message: str, fix: str) -> Decision:
    return blocked(code="permission_denied", reason=reason, policy=KIND, message=message, fix=fix)


def _rank(role: Role | None) -> int:
    if role is None:
        return 0
    return 1 if role == "member" else 2 if role == "admin" else 3
