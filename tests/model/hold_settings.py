"""Named instances for leases and holds, and which rule each of them shows to be needed."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from model.hold_state import Asked, Setting

_TWO_GATEWAYS: Final = (Asked(gateway=0), Asked(gateway=1))

SMALL: Final[Mapping[str, Setting]] = MappingProxyType(
    {
        "one call, killed": Setting(calls=(Asked(bound=2, costs=(1, 2)),), wallets=(4,), kills=2, requests=2),
        "two gateways": Setting(calls=_TWO_GATEWAYS, wallets=(1, 1), kills=1),
        "two calls of a gateway": Setting(calls=(Asked(), Asked()), wallets=(2,), spare=1, horizon=3, kills=1),
        "room for one": Setting(calls=(Asked(), Asked()), wallets=(1,), horizon=3),
        "unknown appends": Setting(calls=(Asked(bound=2, costs=(1,)), Asked()), wallets=(2,), unknown=2, horizon=3),
        "unknown and tried again": Setting(
            calls=(Asked(attempts=2),), wallets=(2,), spare=1, unknown=2, kills=1, horizon=3
        ),
        "doubled records": Setting(calls=(Asked(bound=2, costs=(1,)),), wallets=(4,), doubled=1, kills=1),
        "steps back": Setting(calls=(Asked(),), wallets=(1,), grace=2, back=2, hold=3, unknown=1, horizon=5),
        "long calls": Setting(calls=(Asked(bound=2, costs=(1, 2)),), wallets=(2,), hold=1, doubled=1, unknown=1),
        "above the hold": Setting(calls=(Asked(costs=(0, 1, 2)),), wallets=(2,), hold=1, horizon=3),
        "blind": Setting(calls=(Asked(bound=2, costs=(1,), blind=True),), wallets=(2,), doubled=1, kills=1, horizon=3),
        "two attempts": Setting(
            calls=(Asked(costs=(0, 1), attempts=2),), wallets=(3,), spare=1, kills=1, unknown=1, horizon=3, hold=1
        ),
        "released": Setting(calls=(Asked(),), wallets=(2,), hold=2, grace=0, soon=1, releases=1),
        "released wrongly": Setting(
            calls=(Asked(bound=2, costs=(1,)), Asked(gateway=1, bound=2, costs=(2,))),
            wallets=(2,), grace=0, hold=0, soon=0, releases=1, careless=True, patience=3,
        ),
        "returns": Setting(calls=(Asked(),), wallets=(3,), spare=2, returns=True, unknown=1, horizon=3),
        "a budget": Setting(calls=(Asked(),), wallets=(1,), budgets=(1,), requests=2, separately=True, patience=3),
        "a budget for one": Setting(calls=_TWO_GATEWAYS, wallets=(2,), budgets=(1,), horizon=2, kills=1),
        "a broken gateway": Setting(calls=(Asked(),), wallets=(2,), rogue=2),
    }
)  # fmt: skip

LARGE: Final[Mapping[str, Setting]] = MappingProxyType(
    {
        "two gateways, killed and unheard": Setting(
            calls=(Asked(bound=2, costs=(1, 2)), Asked(gateway=1)), wallets=(2, 1), kills=1, unknown=1, horizon=3
        ),
        "two gateways, steps back": Setting(
            calls=_TWO_GATEWAYS, wallets=(2,), grace=2, back=2, hold=3, kills=1, horizon=5
        ),
        "three calls": Setting(
            calls=(Asked(), Asked(costs=(0, 1)), Asked(gateway=1)), wallets=(3,), spare=1, kills=1, horizon=3
        ),
        "long calls, doubled and unheard": Setting(
            calls=(Asked(bound=2, costs=(1, 2)), Asked()), wallets=(3,), spare=1, hold=1, doubled=1, unknown=1,
            horizon=3,
        ),
        "two attempts of two calls": Setting(
            calls=(Asked(costs=(0, 1), attempts=2), Asked()), wallets=(4,), spare=1, kills=1, unknown=1, horizon=2
        ),
        "a budget for two": Setting(
            calls=_TWO_GATEWAYS, wallets=(2,), budgets=(2,), requests=2, separately=True, unknown=1, horizon=3
        ),
        "returns and kills": Setting(
            calls=(Asked(bound=2, costs=(1,)), Asked(gateway=1)), wallets=(4,), spare=1, returns=True, kills=1,
            unknown=1, horizon=3,
        ),
        "released, steps back": Setting(
            calls=(Asked(bound=2, costs=(1, 2)), Asked()), wallets=(3,), spare=1, grace=1, back=1, hold=3, releases=1,
            kills=1, horizon=5,
        ),
    }
)  # fmt: skip
