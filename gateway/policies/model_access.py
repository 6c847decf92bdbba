"""model-access: which models everyone, and each team, may use."""

from collections.abc import Mapping

from keeptrusts.gateway.policies.globs import AllowDeny
from keeptrusts.gateway.policies.protocol import ALLOW, Decision, RequestFacts, blocked
from keeptrusts.schemas.policy_document.kinds.access import ModelAccessOptions

KIND = "model-access"


class ModelAccess:
    """The compiled lists; a team's own list narrows the list of everyone."""

    __slots__ = ("_everyone", "_teams")

    def __init__(self, options: ModelAccessOptions) -> None:
        self._everyone = AllowDeny.of(options.allowed_models, options.denied_models)
        self._teams: Mapping[str, AllowDeny] = {
            slug: AllowDeny.of(rules.allowed_models, rules.denied_models) for slug, rules in options.teams.items()
        }

    def evaluate(self, facts: RequestFacts, now_ns: int) -> Decision:
        """Blocks with model_not_allowed, or allows; a call without a model is not this policy's concern."""
        model = facts.model
        if model is None or self.allows_model(facts, model):
            return ALLOW
        return blocked(
            code="model_not_allowed",
            reason="model_not_allowed",
            policy=KIND,
            message="this model is not allowed here",
            fix="Choose a model of GET /v1/models, or ask an admin to allow it",
            param="model",
        )

    def allows_model(self, facts: RequestFacts, model: str) -> bool:
        """Whether both the list of everyone and the team's list permit a model."""
        if not self._everyone.permits(model):
            return False
        own = self._teams.get(facts.team) if facts.team is not None else None
        return own is None or own.permits(model)
