"""What must be in the log before it is answered: who reads or takes away what."""

from __future__ import annotations

from keeptrusts.projections.query_api.call import Call
from keeptrusts.schemas.errors import Problem, Refused
from keeptrusts.schemas.publishing import PublishError
from keeptrusts.schemas.record import Record


async def recorded(call: Call, subject: str, fact: Record, *, otherwise: str, fix: str) -> None:
    """Have the log know a fact of the caller's; raises Refused (503) with ``otherwise`` and why when it may not."""
    recorder = call.deps.recorder
    try:
        if recorder is None:
            raise PublishError("this process records nothing")
        await recorder.record(org=call.org, actor=f"member:{call.caller.member.id}", subject=subject, fact=fact)
    except PublishError as error:
        raise Refused(
            Problem(code="audit_unavailable", message=f"{otherwise}: {error.reason}", fix=fix, retry_after_s=1)
        ) from None
