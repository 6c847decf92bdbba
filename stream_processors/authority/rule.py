"""The form of a rule about people, money or documents that is decided by what is there: it moves nothing itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from keeptrusts.schemas.authorization import Principal
from keeptrusts.stream_processors.authority.state import LedgerState
from keeptrusts.stream_processors.authority.verdicts import Verdict

Rule = Callable[[LedgerState, Principal, Any, datetime], Verdict]
"""The ledger's state, who asks, the intent, and when it was asked -> what becomes of it."""
