"""Options of the kinds that decide who may use which model or tool."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from keeptrusts.schemas.events.identity import Role
from keeptrusts.schemas.policy_document.kinds.options import KindOptions, Section
from keeptrusts.schemas.policy_document.kinds.scalars import Attributes, Count, Flag, ModelNames, Name, Names, Whole


class RoleRules(Section):
    """What one role may use; "*" among the roles stands for every role that is not listed."""

    aliases: ClassVar[Mapping[str, str]] = {"models": "allowed_models", "tools": "allowed_tools"}
    allowed_models: ModelNames | None = None
    denied_models: ModelNames = ()
    allowed_tools: ModelNames | None = None
    denied_tools: ModelNames = ()


class RbacOptions(KindOptions):
    """Identity requirements; `deny_if_missing` holds attributes or header names, in lower case here."""

    require_auth: Flag = False
    deny_if_missing: Attributes = ()
    minimum_role: Role | None = None
    roles: Mapping[Name, RoleRules] = {}


class ModelRules(Section):
    """Allow and deny lists of one team; globs with "*"; a denied name wins over an allowed one."""

    aliases: ClassVar[Mapping[str, str]] = {
        "models": "allowed_models",
        "allow": "allowed_models",
        "allowed": "allowed_models",
        "deny": "denied_models",
        "denied": "denied_models",
    }
    allowed_models: ModelNames | None = None
    denied_models: ModelNames = ()


class ModelAccessOptions(KindOptions):
    """Allow and deny lists for everyone, narrowed further for the teams named by slug."""

    aliases: ClassVar[Mapping[str, str]] = ModelRules.aliases
    allowed_models: ModelNames | None = None
    denied_models: ModelNames = ()
    teams: Mapping[Name, ModelRules] = {}
    action: Literal["block"] = "block"


class ToolRules(Section):
    """Tools one role may and may not call."""

    allowed: ModelNames | None = None
    denied: ModelNames = ()


class ToolTable(Section):
    """Tool rules by role."""

    roles: Mapping[Name, ToolRules] = {}


class AgentFirewallOptions(KindOptions):
    """Tools an agent may call, and how many actions a session may take."""

    aliases: ClassVar[Mapping[str, str]] = {"denied_tools": "blocked_tools"}
    allowed_tools: ModelNames | None = None
    blocked_tools: Names = ()
    tools: ToolTable = ToolTable()
    rate_limits: Mapping[Name, Count] = {}
    max_actions_per_session: Whole | None = None
    action: Literal["block", "warn", "escalate"] = "block"
