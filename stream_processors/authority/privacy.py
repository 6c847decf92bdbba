"""Rules about what is known of persons: erasing a data subject. The keys themselves are destroyed by who holds them."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from keeptrusts.schemas.authorization import Principal, scope_of
from keeptrusts.schemas.commands.privacy import PrivacyEraseRequested
from keeptrusts.schemas.snapshots.directory import ErasureValue
from keeptrusts.stream_processors.authority.state import LedgerState
from keeptrusts.stream_processors.authority.verdicts import Accepted, Rejected, Verdict, forbidden

MAX_ERASED: Final = 200_000


def erase(state: LedgerState, actor: Principal, intent: PrivacyEraseRequested, at: datetime) -> Verdict:
    """Erase a subject: from here on its content keys are to be destroyed, and whoever makes a new one begins anew.

    Whether anything of the subject was ever kept makes no difference, and erasing it again is another erasure.
    """
    if scope_of(actor, "privacy.erase").reach != "all":
        return forbidden("erase what is kept of a person", "ask an owner of the organization")
    before = state.erasures.get(intent.subject)
    if before is None and len(state.erasures) >= MAX_ERASED:
        return Rejected("limit_reached", f"an organization has at most {MAX_ERASED} erased subjects")
    erasure = ErasureValue(
        id=intent.subject,
        org=actor.org,
        erasure=intent.erasure,
        number=1 if before is None else before.number + 1,
        reason=intent.reason,
        erased_at=at,
        erased_by=actor.member,
    )
    return Accepted("erasure", intent.erasure, changes=(erasure,))
