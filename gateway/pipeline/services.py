"""What the steps work with: views, ports, clocks and the configuration in force."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from datetime import datetime

from keeptrusts.gateway.pipeline.bad_keys import BadKeyMeter
from keeptrusts.gateway.pipeline.caller_book import CallerBook
from keeptrusts.gateway.pipeline.configuration import Configuration
from keeptrusts.gateway.pipeline.content_desk import ContentDesk
from keeptrusts.gateway.pipeline.counters import Counters
from keeptrusts.gateway.pipeline.in_force import Reloads
from keeptrusts.gateway.pipeline.judging import JudgingThread
from keeptrusts.gateway.pipeline.late_records import LateRecords
from keeptrusts.gateway.pipeline.lease_desk import LeaseDesk
from keeptrusts.gateway.pipeline.payers import PayerBook
from keeptrusts.gateway.pipeline.review_desk import ReviewDesk
from keeptrusts.gateway.pipeline.share_desk import ShareDesk
from keeptrusts.gateway.pipeline.spans import Tracing
from keeptrusts.gateway.providers.protocol import ProviderClient
from keeptrusts.gateway.publishing.figures import LogFigures
from keeptrusts.gateway.routing.traffic import Traffic
from keeptrusts.gateway.settings import GatewaySettings
from keeptrusts.gateway.state.directory import DirectoryView
from keeptrusts.gateway.wallets.prices import PriceTable
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.ids import Ids
from keeptrusts.schemas.publishing import Publisher

__all__ = ["Configuration", "Counters", "Services"]


@frozen
class Services:
    """Everything a request needs; one a gateway worker."""

    settings: GatewaySettings
    configuration: Callable[[], Configuration]
    directory: DirectoryView
    callers: CallerBook
    publisher: Publisher
    provider: ProviderClient
    judges: ProviderClient
    """Asks moderation services; unlike providers they are asked at public addresses only, or where operators allow."""
    prices: PriceTable
    traffic: Traffic
    ids: Ids
    now: Callable[[], datetime]
    now_ns: Callable[[], int]
    counters: Counters
    bad_keys: BadKeyMeter
    late_records: LateRecords
    desk: LeaseDesk
    reviews: ReviewDesk = field(default_factory=ReviewDesk)
    shares: ShareDesk | None = None
    """None where rate limits are not shared with other gateways."""
    payers: PayerBook = field(default_factory=PayerBook)
    judging: JudgingThread = field(default_factory=JudgingThread)
    caught_up: Callable[[], bool]
    reloads: Reloads = field(default_factory=Reloads)
    log_figures: LogFigures = field(default_factory=LogFigures)
    log_waiting: Callable[[], int] = lambda: 0
    """How many appends wait for the log."""
    tracing: Tracing | None = None
    content: ContentDesk | None = None
    """Where texts are kept; None in a process that keeps none."""
