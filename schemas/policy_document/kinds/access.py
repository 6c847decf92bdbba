"""Options of the kinds that decide who may use which model or tool."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from keeptrusts.schemas.events.identity import Role
from keeptrusts.schemas.policy_document.kinds.options import KindOptions, Section
from keeptrusts.schemas.policy_document.kinds.scalars import (
    Attributes,
    Count,
    Flag,
    ModelNames,
    Name,
    Names,
    OnReview,
    Whole,
)


class RoleRules(Section):
    """What one role may use; "*" among the roles stands for every role that is not listed."""

    aliases: ClassVar[Mapping[str, str]] = {"models": "allowed_models", "tools": "allowed_tools"}
    allowed_models: ModelNames | None = Field(None, description="Models that the role may use; absent: all.")
    denied_models: ModelNames = Field((), description="Models that it may not use; wins over allowed_models.")
    allowed_tools: ModelNames | None = Field(None, description="Tools that may be offered; absent: all.")
    denied_tools: ModelNames = Field((), description="Tools that may not be offered; wins over allowed_tools.")


class RbacOptions(KindOptions):
    """Identity requirements; `deny_if_missing` holds attributes or header names, in lower case here."""

    require_auth: Flag = Field(
        False, description="Refuse calls without a key, where the gateway lets them in at all (gateway.anonymous)."
    )
    deny_if_missing: Attributes = Field(
        (),
        description="What must be known of a call: role, team, user, key, consumer_group, project, or a header's name.",
    )
    minimum_role: Role | None = Field(None, description="The lowest role that passes: member, admin, owner.")
    roles: Mapping[Name, RoleRules] = Field(
        {}, description='What each role may use; "*" stands for every role that is not listed.'
    )


class ModelRules(Section):
    """Allow and deny lists of one team; globs with "*"; a denied name wins over an allowed one."""

    aliases: ClassVar[Mapping[str, str]] = {
        "models": "allowed_models",
        "allow": "allowed_models",
        "allowed": "allowed_models",
        "deny": "denied_models",
        "denied": "denied_models",
    }
    allowed_models: ModelNames | None = Field(
        None, description="Models that the team may use, of those that everyone may use; absent: all of these."
    )
    denied_models: ModelNames = Field((), description="Models that the team may not use; wins over allowed_models.")


class ModelAccessOptions(KindOptions):
    """Allow and deny lists for everyone, narrowed further for the teams named by slug."""

    aliases: ClassVar[Mapping[str, str]] = ModelRules.aliases
    allowed_models: ModelNames | None = Field(
        None, description='Models that may be used; names with "*" for any text, or the word all. Absent: all.'
    )
    denied_models: ModelNames = Field((), description="Models that may not be used; wins over allowed_models.")
    teams: Mapping[Name, ModelRules] = Field({}, description="Further limits of single teams, by slug.")
    action: Literal["block"] = Field("block", description="Calls for other models are refused.")


class ToolRules(Section):
    """Tools one role may and may not call."""

    allowed: ModelNames | None = Field(None, description="Tools that the role may call; absent: all.")
    denied: ModelNames = Field((), description="Tools that it may not call; wins over allowed.")


class ToolTable(Section):
    """Tool rules by role."""

    roles: Mapping[Name, ToolRules] = Field({}, description="Rules by role.")


class AgentFirewallOptions(KindOptions):
    """Tools an agent may call, and how many actions a session may take."""

    aliases: ClassVar[Mapping[str, str]] = {"denied_tools": "blocked_tools"}
    allowed_tools: ModelNames | None = Field(None, description="Tools that may be called; absent: all.")
    blocked_tools: Names = Field((), description="Tools that may not be called; wins over allowed_tools.")
    tools: ToolTable = Field(ToolTable(), description="Further rules by role.")
    rate_limits: Mapping[Name, Count] = Field({}, description="The most calls of a tool a minute, by its name.")
    max_actions_per_session: Whole | None = Field(None, description="The most tool calls of one session.")
    action: Literal["block", "warn", "escalate"] = Field(
        "block", description="What becomes of a call that a rule forbids."
    )
    on_review: OnReview = Field("hold", description="With escalate: hold a call, or refuse it at once.")
