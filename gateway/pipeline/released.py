"""How output policies see a stream: they take what comes, and release what they leave of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from keeptrusts.gateway.policies.run import ChainOutcome
from keeptrusts.gateway.policies.texts import Text
from keeptrusts.schemas.frozen import frozen


@frozen
class Released:
    """What may be sent of a stream now, what ends it, and what the policies said; nothing when they refuse it.

    ``texts`` are those of the whole as it would be sent, where the whole was held; ``with_texts`` gives the same with
    others in their places.
    """

    frames: bytes
    tail: bytes
    outcome: ChainOutcome
    texts: tuple[Text, ...] = ()
    with_texts: Callable[[tuple[Text, ...]], Released] | None = None


class StreamJudge(Protocol):
    """One stream under output policies."""

    def take(self, frames: bytes) -> bytes | None:
        """Take frames, and give what may be sent by now; None once the stream, or an event, is longer than may be."""
        ...

    def size(self) -> int:
        """Say how much is judged at the end, in characters or a little more."""
        ...

    def release(self, tail: bytes) -> Released:
        """Give the rest, and the frames that end the stream, as the policies leave them. Called once, at the end."""
        ...
