"""One call to the simulated provider: what was asked, how it is answered, what of it was sent, what it is billed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from keeptrusts.cli.provider_simulator.answer import Answer, Billed, bill, output_tokens
from keeptrusts.cli.provider_simulator.billing import BillingLog, Ended
from keeptrusts.cli.provider_simulator.faults import Behaviour
from keeptrusts.schemas.frozen import frozen

_STALL_SECONDS = 600.0


@frozen
class StreamShape:
    """What a wire's streams are called, what `garbage` sends in place of a piece, and what `fail` ends them with."""

    content_type: str
    garbage: bytes
    error: bytes


def sse(error: bytes) -> StreamShape:
    """Server-sent events that may end with this one."""
    return StreamShape(content_type="text/event-stream", garbage=b"data: {not json\n\n", error=error)


class CutByFault(Exception):
    """The fault `cut`: the connection is closed in the middle of the answer."""


@dataclass(slots=True, kw_only=True)
class Call:
    """Collects what one call produced, so that it can be billed however it ends."""

    request: web.Request
    request_id: str
    model: str
    stream: bool
    input_tokens: int
    answers: tuple[Answer, ...]
    behaviour: Behaviour
    words_sent: int = 0
    whole: bool = field(default=False)

    def billed(self) -> Billed:
        """Everything when the answer was produced whole, else the words sent so far."""
        words = None if self.whole else self.words_sent
        return bill(
            input_tokens=self.input_tokens,
            produced=output_tokens(self.answers, self.behaviour, words),
            behaviour=self.behaviour,
        )

    def expected(self) -> Billed:
        """The bill of the whole answer."""
        produced = output_tokens(self.answers, self.behaviour)
        return bill(input_tokens=self.input_tokens, produced=produced, behaviour=self.behaviour)


async def answered(call: Call, log: BillingLog, sending: Any) -> web.StreamResponse:
    """Await the sending of an answer and bill it, also when the caller goes away in the middle."""
    ended: Ended = "client_gone"
    try:
        if call.behaviour.drop:
            sending.close()
            raise CutByFault
        response: web.StreamResponse = await sending
        ended = "complete"
        return response
    except CutByFault:
        ended = "cut"
        if call.request.transport is not None:
            call.request.transport.abort()
        return web.Response(status=499)
    except ConnectionError:  # the caller went away while something was written
        return web.Response(status=499)
    finally:
        log.add(
            request_id=call.request_id,
            path=call.request.path,
            model=call.model,
            stream=call.stream,
            status=200,
            usage=call.billed(),
            ended=ended,
        )


async def send_plain(call: Call, body: Mapping[str, Any]) -> web.StreamResponse:
    """A whole body after the latency. Words count as produced in proportion to the time that went by."""
    await _produce_in_background(call)
    text = json.dumps(body).encode()
    if call.behaviour.garbage:
        text = b"<html>not json " + text[:20]
    headers = {"content-type": _type(call, "application/json"), "x-request-id": call.request_id}
    odd = (call.behaviour.cut, call.behaviour.stall, call.behaviour.cut_bytes, call.behaviour.drip)
    if odd == (None, None, None, None):
        return web.Response(body=text, headers=headers)
    response = web.StreamResponse(headers=headers)
    response.content_length = len(text)
    await response.prepare(call.request)
    if call.behaviour.cut is not None or call.behaviour.stall is not None:
        await response.write(text[: len(text) // 2])
        await _misbehave(call, pieces=_NEVER_LESS)
    await _Writing(call, response).write(text)
    await response.write_eof()
    return response


async def send_stream(
    call: Call, pieces: Iterable[tuple[bytes, int]], closing: Iterable[bytes], shape: StreamShape
) -> web.StreamResponse:
    """Pieces one after another, then the closing events. The bill grows with every piece."""
    headers = {
        "content-type": _type(call, shape.content_type),
        "cache-control": "no-cache",
        "x-request-id": call.request_id,
    }
    await asyncio.sleep(call.behaviour.latency / 1000)
    response = web.StreamResponse(headers=headers)
    await response.prepare(call.request)
    writing = _Writing(call, response)
    for number, (piece, words) in enumerate(pieces):
        await _misbehave(call, pieces=number)
        if call.behaviour.fail is not None and number >= call.behaviour.fail:
            await writing.write(shape.error)
            await response.write_eof()
            return response
        await writing.write(shape.garbage if call.behaviour.garbage and number else piece)
        call.words_sent += words
        if call.behaviour.chunk_delay:
            await asyncio.sleep(call.behaviour.chunk_delay / 1000)
    call.whole = True
    for piece in closing:
        await writing.write(piece)
    await response.write_eof()
    return response


class _Writing:
    """Writes a body as the faults `cut-bytes` and `drip` want it."""

    def __init__(self, call: Call, response: web.StreamResponse) -> None:
        self._response = response
        self._left = call.behaviour.cut_bytes
        self._drip = call.behaviour.drip

    async def write(self, data: bytes) -> None:
        size = self._drip or len(data) or 1
        for index in range(0, len(data), size):
            await self._piece(data[index : index + size])
            if self._drip is not None:
                await asyncio.sleep(0.001)

    async def _piece(self, data: bytes) -> None:
        if self._left is None:
            await self._response.write(data)
            return
        await self._response.write(data[: self._left])
        self._left -= len(data)
        if self._left < 0:
            await asyncio.sleep(0.01)  # what was written leaves before the connection is aborted
            raise CutByFault


def _type(call: Call, usual: str) -> str:
    return "text/html" if call.behaviour.wrong_type else usual


_NEVER_LESS = 1_000_001


async def _misbehave(call: Call, *, pieces: int) -> None:
    if call.behaviour.cut is not None and pieces >= call.behaviour.cut:
        raise CutByFault
    if call.behaviour.stall is not None and pieces >= call.behaviour.stall:
        await asyncio.sleep(_STALL_SECONDS)
        raise CutByFault


async def _produce_in_background(call: Call) -> None:
    """Waits for the latency; a caller that leaves meanwhile is billed for the part of it that went by."""
    loop = asyncio.get_running_loop()
    latency = call.behaviour.latency / 1000
    started = loop.time()
    words = sum(len(answer.pieces) for answer in call.answers)
    try:
        await asyncio.sleep(latency)
        call.whole = True
    finally:
        part = 1.0 if latency == 0 else min(1.0, (loop.time() - started) / latency)
        call.words_sent = int(words * part)
