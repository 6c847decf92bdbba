"""A caller whose ticket a person turns down is told at once, in that person's words."""

from __future__ import annotations

import asyncio
import json

from support.gateway import ORG, FakeConnection, gateway, problem
from support.tiny_ledger import with_money

from keeptrusts.gateway.pipeline.run import model_call
from keeptrusts.schemas.snapshots.grants import TicketDenied

DOCUMENT = """
policies: {chain: [audit-logger]}
wallets: {max_wait_seconds: 20}
providers: {targets: [{id: openai, provider: openai}]}
"""
BODY = json.dumps({"model": "gpt-4o", "max_tokens": 100, "messages": [{"role": "user", "content": "Hi"}]}).encode()


async def test_who_waits_for_money_is_told_why_somebody_turned_the_ticket_down() -> None:
    made = gateway(DOCUMENT)
    async with with_money(made, {"team:team_engineering": 0}) as ledger:
        under_way = asyncio.create_task(
            model_call(made.services, made.call("engineering"), FakeConnection(body=BODY), "chat")
        )
        async with asyncio.timeout(5):
            while not ledger.waiting:  # noqa: ASYNC110 - a list of plain values tells nobody
                await asyncio.sleep(0.001)
        ticket = ledger.waiting[0].ticket
        denied = TicketDenied(ledger=ORG, ticket=ticket, reason="denied", note="Use the cheaper model.")
        made.services.desk.tell(denied)
        answer = await under_way
    assert answer.status == 402
    assert f"ticket {ticket} was turned down: denied, Use the cheaper model." in problem(answer)["detail"]
