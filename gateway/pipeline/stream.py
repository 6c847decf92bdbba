"""Steps 5 to 8 of a streamed call: pieces go to the caller as they come, its end only once it is recorded.

The frames that end the caller's stream are held back until the completion is acknowledged. A stream that breaks off
ends with an error event instead, so that nobody takes a part for the whole.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Final

from keeptrusts.gateway.pipeline.connection import CallerConnection, CallerGoneError
from keeptrusts.gateway.pipeline.inspect import NOTHING_TO_SAY
from keeptrusts.gateway.pipeline.judged_by_others import Shown
from keeptrusts.gateway.pipeline.judging import TooLongJudgedError, Whose, too_much
from keeptrusts.gateway.pipeline.keep_alive import KeepAlive
from keeptrusts.gateway.pipeline.released import Released, StreamJudge
from keeptrusts.gateway.pipeline.review import left_s
from keeptrusts.gateway.pipeline.services import Services
from keeptrusts.gateway.pipeline.stream_texts import StreamTexts
from keeptrusts.gateway.pipeline.values import IncomingCall, Invocation, OpenedStream
from keeptrusts.gateway.policies.run import ChainOutcome
from keeptrusts.gateway.policies.texts import Text, too_deep
from keeptrusts.gateway.providers.protocol import FailureKind, ProviderFailure, ProviderStream
from keeptrusts.gateway.providers.translate.aws_eventstream import EventStreamParser
from keeptrusts.gateway.providers.translate.protocol import StreamEnd, StreamEvent, StreamTranslation
from keeptrusts.gateway.providers.translate.sse import SseParser
from keeptrusts.gateway.routing.retry import Failing, judge
from keeptrusts.schemas.errors import Problem
from keeptrusts.schemas.frozen import frozen, replace

Further = Callable[[ChainOutcome, tuple[Text, ...], bool], Awaitable[Shown]]
"""Gives what others say of an answer that the chain lets pass, and that is whole or is not."""

_TOO_LONG: Final = "the stream lasted too long"
_AFTER_END_S: Final = 1.0


@frozen
class Streamed:
    """How a stream ended: what is recorded of it, the frames that end it, and whether anybody is there to read them.

    ``tail`` is empty when the stream broke off; then ``invocation.problem`` says why.
    """

    invocation: Invocation
    tail: bytes
    client_gone: bool
    outcome: ChainOutcome = NOTHING_TO_SAY


class _Reading:
    """One stream on its way from the provider to the caller."""

    def __init__(
        self,
        services: Services,
        call: IncomingCall,
        opened: OpenedStream,
        whose: Whose,
        held: StreamJudge | None,
        judge_further: Further | None,
        restoring: StreamJudge | None,
        gathered: StreamTexts | None = None,
    ) -> None:
        self._gathered = gathered
        self._restoring = restoring
        self._whose = whose
        self._held = held
        self._judge_further = judge_further
        self._released: Released | None = None
        self._keep_alive: KeepAlive | None = None
        prepared = opened.prepared
        self._services = services
        self._call = call
        self._opened = opened
        self._parser = SseParser() if prepared.provider_call.framing == "sse" else EventStreamParser()
        self.translation: StreamTranslation = prepared.translation.stream(prepared.client_call)
        self.sent_bytes = 0
        self.first_token_us: int | None = None

    async def pass_on(self, connection: CallerConnection) -> ProviderFailure | None:
        """Pass pieces on until the provider ends the stream; its failure when it breaks off. Raises CallerGoneError."""
        self._keep_alive = KeepAlive(connection, self._services.settings.keep_alive_s)
        try:
            return await self._pass_on(connection)
        finally:
            await self._keep_alive.stop()

    async def _pass_on(self, connection: CallerConnection) -> ProviderFailure | None:
        services, stream = self._services, self._opened.stream
        ended_ns: int | None = None
        while True:
            ending = bool(self.translation.end().tail)
            if ending:
                ended_ns = services.now_ns() if ended_ns is None else ended_ns
                if services.now_ns() - ended_ns > _AFTER_END_S * 1e9:
                    return None
            piece = await (_soon(stream) if ending else stream.read())
            if type(piece) is ProviderFailure:
                return None if ending else self._too_long() or piece
            try:
                events = self._parser.finish() if piece is None else self._parser.feed(piece)
                self._refuse_too_deep(events)
                frames = b"".join([self.translation.feed(event) for event in events])
            except ValueError:
                return self._failure("garbage", "its stream holds what is no event of its API")
            if frames and not await self._pass(connection, frames):
                return self._failure("too_large", "its answer is too large to be looked at")
            if piece is None:
                return None
            if (failure := self._too_long()) is not None:
                return failure

    def _refuse_too_deep(self, events: Sequence[StreamEvent]) -> None:
        """Raise ValueError for an event that could not be written anew, where somebody may have to."""
        looked_at = self._held is not None or self._restoring is not None or self._gathered is not None
        if looked_at and any(too_deep(event.data) for event in events):
            raise ValueError("an event is nested too deeply")

    def left_s(self) -> float:
        """Give the seconds that the stream may still last."""
        return max(0.0, left_s(self._services, self._call))

    def _too_long(self) -> ProviderFailure | None:
        if self.left_s() > 0:
            return None
        return self._failure("timeout", _TOO_LONG)

    def _failure(self, kind: FailureKind, reason: str) -> ProviderFailure:
        return ProviderFailure(kind=kind, reason=reason, billed=True, elapsed_us=self._opened.stream.elapsed_us)

    async def _pass(self, connection: CallerConnection, frames: bytes) -> bool:
        """Send frames, or what the output policies let go of them; False when the stream is too long to be judged."""
        if self.first_token_us is None:
            self.first_token_us = max(0, (self._services.now_ns() - self._call.started_ns) // 1_000)
        passed = frames if self._held is None else self._held.take(frames)
        if passed and self._gathered is not None:
            self._gathered.take(passed)
        if passed and self._restoring is not None:
            passed = self._restoring.take(passed)
        if passed:
            await self._send(connection, passed)
        return passed is not None

    async def _send(self, connection: CallerConnection, frames: bytes) -> None:
        self.sent_bytes += len(frames)
        await connection.send(frames)
        if self._keep_alive is not None:
            self._keep_alive.sent()

    async def release(self, connection: CallerConnection, tail: bytes) -> Released:
        """Send what the output policies leave of what they held, but for the end. Raises CallerGoneError."""
        released = Released(frames=b"", tail=tail, outcome=NOTHING_TO_SAY)
        if self._held is not None:
            released = await self._let_go(self._held, tail)
            self._released = released = await self._judged_further(connection, released)
        if self._gathered is not None:
            self._gathered.take(released.frames + released.tail)
        released = self._with_values(released)
        if released.frames:
            await self._send(connection, released.frames)
        return released

    async def _let_go(self, held: StreamJudge, tail: bytes) -> Released:
        """Have a stream's end judged; one that is not judged in time is refused from there on."""
        try:
            released = await self._services.judging.done(partial(held.release, tail), held.size(), self._whose)
        except TooLongJudgedError:
            refused = ChainOutcome(verdict="block", problem=too_much())
            released = Released(frames=b"", tail=b"", outcome=refused)
        self._released = released
        return released

    async def _judged_further(self, connection: CallerConnection, released: Released) -> Released:
        """Have others judge what was held; the caller hears meanwhile that the stream is alive."""
        if self._judge_further is None or released.outcome.problem is not None:
            return released
        keep_alive = KeepAlive(connection, self._services.settings.keep_alive_s)
        try:
            whole = self.translation.end().complete
            shown = await self._judge_further(released.outcome, released.texts, whole)
        finally:
            await keep_alive.stop()
        if shown.outcome.problem is not None:
            return Released(frames=b"", tail=b"", outcome=shown.outcome)
        if shown.texts is not None:
            assert released.with_texts is not None, "whoever is asked is shown what is held whole"
            released = released.with_texts(shown.texts)
        return replace(released, outcome=shown.outcome)

    def _with_values(self, released: Released) -> Released:
        """Put back what placeholders stand for, and send what still waited for it."""
        if self._restoring is None or released.outcome.problem is not None:
            return released
        frames = self._restoring.take(released.frames) if released.frames else b""
        rest = self._restoring.release(released.tail)
        return replace(released, frames=(frames or b"") + rest.frames, tail=rest.tail)

    async def judged(self) -> Released:
        """Give what the output policies say of what was said so far; nothing is sent any more."""
        if self._held is None:
            return Released(frames=b"", tail=b"", outcome=NOTHING_TO_SAY)
        return replace(self._released or await self._let_go(self._held, b""), frames=b"", tail=b"")


async def pass_stream(
    services: Services,
    call: IncomingCall,
    opened: OpenedStream,
    connection: CallerConnection,
    whose: Whose,
    held: StreamJudge | None = None,
    judge_further: Further | None = None,
    restoring: StreamJudge | None = None,
    gathered: StreamTexts | None = None,
) -> Streamed:
    """Pass a stream on up to its end, which the caller of this sends. Never raises for what either side does.

    ``whose`` says in whose turn its end is judged. ``gathered`` is shown what is released, before any value of the
    request is put back into it.
    """
    reading = _Reading(services, call, opened, whose, held, judge_further, restoring, gathered)
    connection.when_gone(opened.stream.close)  # a provider that nobody listens to any more must stop working
    # Also while nothing comes: closing it wakes whoever reads.
    latest = asyncio.get_running_loop().call_later(reading.left_s(), opened.stream.close)
    failure: ProviderFailure | None = None
    gone = False
    try:
        failure = await reading.pass_on(connection)
    except CallerGoneError:
        gone = True
    finally:
        latest.cancel()
        connection.when_gone(None)
        opened.stream.close()
    gone = gone or connection.is_gone()
    end = reading.translation.end()
    released = Released(frames=b"", tail=end.tail, outcome=NOTHING_TO_SAY)
    if not gone:
        try:
            released = await reading.release(connection, end.tail)
        except CallerGoneError:
            gone = True
        gone = gone or connection.is_gone()
    if gone and reading.sent_bytes:  # what was said until then is judged and recorded all the same
        released = await reading.judged()
    problem = None if gone and not end.complete else _problem(opened, failure, end) or released.outcome.problem
    _note(services, opened, failure, end, gone=gone)
    invocation = Invocation(
        route=opened.prepared.route,
        status=200,
        body=b"",
        content_type="text/event-stream",
        problem=problem,
        provider_status=opened.stream.status,
        provider_us=opened.stream.elapsed_us,
        usage=end.usage if end.complete else None,
        billed=True,
        attempts=opened.attempts,
        output_bytes=reading.sent_bytes,
        first_token_us=reading.first_token_us,
    )
    return Streamed(invocation=invocation, tail=released.tail, client_gone=gone, outcome=released.outcome)


async def _soon(stream: ProviderStream) -> bytes | ProviderFailure | None:
    """Read what may follow the end: the last usage, or the end of the body, which frees the connection."""
    try:
        async with asyncio.timeout(_AFTER_END_S):
            return await stream.read()
    except TimeoutError:
        return None


def _problem(opened: OpenedStream, failure: ProviderFailure | None, end: StreamEnd) -> Problem | None:
    """Say why a stream is not whole, or None."""
    if end.complete and end.error is None:
        return None
    if end.error is not None:
        what = f"ended its stream with the error {end.error}"
    elif failure is not None:
        what = f"failed within its stream: {failure.reason}"
    else:
        what = "broke its stream off"
    late = failure is not None and failure.kind == "timeout" and end.error is None
    return Problem(
        code="upstream_timeout" if late else "upstream_error",
        message=f"target {opened.prepared.route.target.id!r} {what}",
        fix="Retry; if it stays, tell the platform team the request id",
    )


def _note(
    services: Services, opened: OpenedStream, failure: ProviderFailure | None, end: StreamEnd, *, gone: bool
) -> None:
    now_ns = services.now_ns()
    target = opened.prepared.route.target.id
    if gone and not end.complete:
        services.counters.count_attempt(target, "abandoned")
        services.traffic.abandoned(opened.attempt, now_ns)
        _end_span(opened, "abandoned")
        return
    failing: Failing | None = None
    if failure is not None:
        failing = failure.kind
    elif not end.complete:
        failing = "cut"
    services.counters.count_attempt(target, failing or "ok")
    _end_span(opened, failing or "ok")
    services.traffic.ended(opened.attempt, judge(status=200, failing=failing, answering=True), now_ns)


def _end_span(opened: OpenedStream, outcome: str) -> None:
    if opened.span is not None:
        opened.span.end(outcome=outcome, status=opened.stream.status)
