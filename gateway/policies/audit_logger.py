"""audit-logger: marks calls for the record; every call is recorded, so it allows all of them."""

from keeptrusts.gateway.policies.protocol import ALLOW, Decision, RequestFacts
from keeptrusts.schemas.policy_document.kinds.oversight import AuditLoggerOptions


class AuditLogger:
    """Holds what is to be kept of a call."""

    __slots__ = ("options",)

    def __init__(self, options: AuditLoggerOptions) -> None:
        self.options = options

    def evaluate(self, facts: RequestFacts, now_ns: int) -> Decision:
        """Allows."""
        return ALLOW
