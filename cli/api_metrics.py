"""The API's metrics: messages to webhooks, counted as they are asked for."""

from __future__ import annotations

from aiohttp import web

from keeptrusts.gateway.http.families import TEXT_TYPE, Family, Sample, as_text, single
from keeptrusts.projections.query_api.webhook_figures import DAYS, WebhookFigures, webhook_figures
from keeptrusts.projections.store.protocol import Store


def add_metrics(app: web.Application, store: Store) -> None:
    """Serve ``GET /metrics``: counts only, so nobody need sign in."""

    async def metrics(request: web.Request) -> web.Response:
        page = as_text(api_families(await webhook_figures(store)))
        return web.Response(body=page, headers={"Content-Type": TEXT_TYPE})

    app.router.add_get("/metrics", metrics)


def api_families(figures: WebhookFigures) -> tuple[Family, ...]:
    """Give the figures as metrics."""
    return (
        Family(
            name="keeptrusts_api_webhook_messages",
            kind="gauge",
            help=f"Messages to webhooks of the last {DAYS} days by state",
            samples=tuple(Sample(labels=(state,), value=count) for state, count in figures.messages),
            label_names=("state",),
        ),
        single(
            "keeptrusts_api_webhook_oldest_queued_seconds",
            "gauge",
            "How long the oldest message that is not delivered has waited",
            figures.oldest_queued_s,
        ),
    )
