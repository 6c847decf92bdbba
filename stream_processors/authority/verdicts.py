"""What a rule answers: accepted with changes and postings, or rejected with a reason. Refusals are values."""

from __future__ import annotations

from dataclasses import dataclass

from keeptrusts.schemas.snapshots.ledger import Change, Posting


@dataclass(frozen=True, slots=True)
class Accepted:
    """An intent is carried out: the resource it is about, and what changes. No changes means it already was so."""

    resource_kind: str
    resource_id: str
    changes: tuple[Change, ...] = ()
    postings: tuple[Posting, ...] = ()
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """An intent is refused: a stable reason, and a sentence for people."""

    reason: str
    message: str


Verdict = Accepted | Rejected


def forbidden(what: str, fix: str) -> Rejected:
    """Refuse for want of rights."""
    return Rejected("forbidden", f"you may not {what}; {fix}")


def missing(kind: str, identifier: str) -> Rejected:
    """Refuse because something does not exist, or is not the actor's to see: both read the same."""
    return Rejected("not_found", f"no {kind} {identifier[:100]!r} in this organization")
