"""What the steps work with: views, ports, clocks and the configuration in force."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from keeptrusts.gateway.pipeline.bad_keys import BadKeyMeter
from keeptrusts.gateway.pipeline.caller_book import CallerBook
from keeptrusts.gateway.pipeline.late_records import LateRecords
from keeptrusts.gateway.policies.compile import CompiledDocument
from keeptrusts.gateway.providers.protocol import ProviderClient
from keeptrusts.gateway.providers.targets import UpstreamTarget
from keeptrusts.gateway.routing.candidates import RoutingRules
from keeptrusts.gateway.routing.traffic import Traffic
from keeptrusts.gateway.settings import GatewaySettings
from keeptrusts.gateway.state.directory import DirectoryView
from keeptrusts.gateway.wallets.prices import PriceTable
from keeptrusts.schemas.ids import Ids
from keeptrusts.schemas.publishing import Publisher


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """The policy document in force, compiled, the targets it names and its routing. Replaced whole, never changed."""

    compiled: CompiledDocument
    targets: tuple[UpstreamTarget, ...]
    rules: RoutingRules

    @classmethod
    def of(cls, compiled: CompiledDocument, targets: tuple[UpstreamTarget, ...]) -> Configuration:
        """Put together what a compiled document and its resolved targets give."""
        return cls(compiled=compiled, targets=targets, rules=RoutingRules.of(compiled.document, targets))


@dataclass(slots=True, kw_only=True)
class Counters:
    """What a gateway has done since it started; read by metrics and reports, never by decisions."""

    requests: int = 0
    in_flight: int = 0
    ignored_identity_headers: int = 0
    unrecorded: dict[str, int] = field(default_factory=dict)
    answers: dict[tuple[str, int], int] = field(default_factory=dict)

    def count_unrecorded(self, code: str) -> None:
        self.unrecorded[code] = self.unrecorded.get(code, 0) + 1

    def count_answer(self, verdict: str, status: int) -> None:
        self.answers[verdict, status] = self.answers.get((verdict, status), 0) + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything a request needs; one a gateway worker."""

    settings: GatewaySettings
    configuration: Callable[[], Configuration]
    directory: DirectoryView
    callers: CallerBook
    publisher: Publisher
    provider: ProviderClient
    prices: PriceTable
    traffic: Traffic
    ids: Ids
    now: Callable[[], datetime]
    now_ns: Callable[[], int]
    counters: Counters
    bad_keys: BadKeyMeter
    late_records: LateRecords
    caught_up: Callable[[], bool]
