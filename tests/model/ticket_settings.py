"""Named instances for cost tickets."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from model.ticket_world import TicketSetting, Wanted

_THREE: Final = (
    Wanted(cascade=(0,), need=2),
    Wanted(gateway=1, cascade=(0, 1)),
    Wanted(cascade=(0,)),
)

TICKETS: Final[Mapping[str, TicketSetting]] = MappingProxyType(
    {
        "three tickets, two wallets": TicketSetting(
            requests=_THREE, wallets=(0, 0), funds=((0, 1), (1, 1), (0, 2)), horizon=2
        ),
        "money comes back": TicketSetting(
            requests=(Wanted(need=2, cost=1), Wanted(gateway=1)), lent=((0, 2, 0),), horizon=3
        ),
        "withdrawn or funded": TicketSetting(
            requests=(Wanted(), Wanted(gateway=1)), funds=((0, 1), (0, 1)), unknown=1, leaves=True, horizon=3
        ),
        "killed while waiting": TicketSetting(
            requests=(Wanted(), Wanted(gateway=1)), funds=((0, 1),), kills=1, denials=1, wait=2, horizon=4
        ),
        "doubled": TicketSetting(
            requests=(Wanted(),), wallets=(0,), funds=((0, 3),), doubled=1, approvals=1, redeemers=(0,), horizon=3
        ),
        "approved and redeemed": TicketSetting(
            requests=(Wanted(),), wallets=(0, 2), approvals=2, denials=1, redeemers=(0, 1), kills=1, horizon=4
        ),
        "a stranger": TicketSetting(
            requests=(Wanted(),), wallets=(0, 1), approvals=1, strangers=1, redeemers=(0,), horizon=3
        ),
        "steps back": TicketSetting(
            requests=(Wanted(),), wallets=(0, 1), funds=((0, 1),), grace=2, back=2, approvals=1, redeemers=(1,),
            horizon=4,
        ),
    }
)  # fmt: skip

LARGE_TICKETS: Final[Mapping[str, TicketSetting]] = MappingProxyType(
    {
        "three tickets, killed": TicketSetting(
            requests=_THREE, wallets=(0, 0), funds=((0, 1), (1, 1), (0, 2)), kills=1, horizon=2
        ),
        "three tickets, other calls end": TicketSetting(
            requests=_THREE, wallets=(0, 1), lent=((0, 2, 0), (0, 1, 1)), leaves=True, unknown=1, horizon=2
        ),
        "two tickets, approved and redeemed": TicketSetting(
            requests=(Wanted(need=2), Wanted(gateway=1, cascade=(0, 1))), wallets=(1, 1), funds=((0, 1),), approvals=1,
            denials=1, redeemers=(0, 1), horizon=3,
        ),
        "two tickets, steps back": TicketSetting(
            requests=(Wanted(), Wanted(gateway=1)), wallets=(0, 1), funds=((0, 1),), grace=2, back=2, approvals=1,
            redeemers=(1,), horizon=4,
        ),
    }
)  # fmt: skip
