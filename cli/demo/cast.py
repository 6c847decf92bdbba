"""Who plays in the demo: an organization's teams, their members, what they may spend. No real people."""

from __future__ import annotations

from typing import Final

from keeptrusts.schemas.frozen import frozen


@frozen
class CastTeam:
    """One team: its money in USD, its people by mailbox, and the models it prefers with weights."""

    name: str
    slug: str
    description: str
    allocation_usd: str
    people: tuple[str, ...]
    models: tuple[tuple[str, int], ...]


ORGANIZATION_FUNDS_USD: Final = "5000.00"
MAIL_DOMAIN: Final = "demo.example"
REFUSED_MODEL: Final = "gpt-4-turbo"

TEAMS: Final[tuple[CastTeam, ...]] = (
    CastTeam(
        name="Engineering",
        slug="engineering",
        description="Builds the product",
        allocation_usd="1000.00",
        people=("backend-1", "backend-2", "frontend-1", "platform-1", "mobile-1", "ci-bot"),
        models=(("gpt-4o", 5), ("gpt-4o-mini", 3), ("o3-mini", 1)),
    ),
    CastTeam(
        name="Support",
        slug="support",
        description="Answers customers",
        allocation_usd="200.00",
        people=("agent-1", "agent-2", "agent-3", "agent-4"),
        models=(("gpt-4o-mini", 9), ("gpt-4o", 1)),
    ),
    CastTeam(
        name="Legal",
        slug="legal",
        description="Reads contracts",
        allocation_usd="100.00",
        people=("counsel-1", "counsel-2"),
        models=(("gpt-4o", 4), ("gpt-4.1", 1)),
    ),
)
