"""Plans of the commands about wallets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from keeptrusts.gateway.command_api.answers import wallet_document
from keeptrusts.gateway.command_api.plan import Asked, Plan
from keeptrusts.gateway.command_api.requests import (
    WalletAllocateBody,
    WalletCloseBody,
    WalletFundBody,
    WalletModeBody,
    WalletReclaimBody,
    WalletStopRecurringBody,
)
from keeptrusts.gateway.command_api.resolution import MoneyBody, wallet_named, wallet_of
from keeptrusts.schemas.commands import wallets
from keeptrusts.schemas.money import format_usd
from keeptrusts.schemas.record import Record


def fund(asked: Asked, body: WalletFundBody) -> Plan:
    wallet = wallet_of(asked.context.directory, asked.org, body, default_to_organization=True)
    intent = wallets.WalletFundRequested(wallet=wallet, amount=body.amount, note=body.note)
    return _plan(asked, wallet, intent, _money(body))


def allocate(asked: Asked, body: WalletAllocateBody) -> Plan:
    view = asked.context.directory
    wallet = wallet_of(view, asked.org, body)
    source = None if body.source is None else wallet_named(view, asked.org, body.source, field="source")
    intent = wallets.WalletAllocateRequested(
        wallet=wallet, amount=body.amount, source=source, period=body.period, note=body.note
    )
    recurs = {} if body.period is None else {"period": body.period}
    return _plan(asked, wallet, intent, {**_money(body), **recurs})


def reclaim(asked: Asked, body: WalletReclaimBody) -> Plan:
    wallet = wallet_of(asked.context.directory, asked.org, body)
    intent = wallets.WalletReclaimRequested(wallet=wallet, amount=body.amount, note=body.note)
    return _plan(asked, wallet, intent, _money(body))


def close(asked: Asked, body: WalletCloseBody) -> Plan:
    wallet = wallet_of(asked.context.directory, asked.org, body)
    return _plan(asked, wallet, wallets.WalletCloseRequested(wallet=wallet))


def stop_recurring(asked: Asked, body: WalletStopRecurringBody) -> Plan:
    wallet = wallet_of(asked.context.directory, asked.org, body)
    return _plan(asked, wallet, wallets.WalletStopRecurringRequested(wallet=wallet))


def set_mode(asked: Asked, body: WalletModeBody) -> Plan:
    return Plan(
        intent=wallets.WalletModeSetRequested(mode=body.mode),
        kind="organization",
        resource=asked.org,
        expected={"wallet_mode": body.mode},
    )


def _plan(asked: Asked, wallet: wallets.WalletRef, intent: Record, extra: Mapping[str, Any] | None = None) -> Plan:
    return Plan(
        intent=intent,
        kind="wallet",
        resource=wallet.id,
        expected=wallet_document(asked.context.directory, asked.org, wallet.id),
        extra=extra or {},
    )


def _money(body: MoneyBody) -> dict[str, Any]:
    return {"amount": format_usd(body.amount), "currency": body.currency, "note": body.note}
