"""How many messages to webhooks there are, over all organizations: what the API's metrics show."""

from __future__ import annotations

from typing import Final

from keeptrusts.projections.query_api.webhooks import STATES
from keeptrusts.projections.store.protocol import Store
from keeptrusts.schemas.frozen import frozen

DAYS: Final = 7


@frozen
class WebhookFigures:
    """Messages that were queued within ``DAYS``, by state, and for how many seconds the oldest of them waits."""

    messages: tuple[tuple[str, int], ...]
    oldest_queued_s: float


async def webhook_figures(store: Store) -> WebhookFigures:
    """Count as the table has it now."""
    answer = await store.query(
        "SELECT state, count(), toFloat64(max(age)) FROM (SELECT argMax(state, _offset) AS state,"
        " dateDiff('millisecond', min(queued_at), now64(6)) / 1000 AS age FROM webhook_deliveries"
        f" WHERE queued_at > now() - INTERVAL {DAYS} DAY GROUP BY org, webhook, id) GROUP BY state"
    )
    found = {str(state): (int(count), float(age)) for state, count, age in answer.rows}
    return WebhookFigures(
        messages=tuple((state, found.get(state, (0, 0.0))[0]) for state in STATES),
        oldest_queued_s=max(0.0, found.get("queued", (0, 0.0))[1]),
    )
