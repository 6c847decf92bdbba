"""The provider port over real sockets: every way an upstream can answer, break or lie, byte by byte."""

from __future__ import annotations

import asyncio
import gzip
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from support.log import until
from support.raw_upstream import Exchange, RawUpstream, raw_upstream

from keeptrusts.gateway.providers.guarded_sockets import guarded_sockets
from keeptrusts.gateway.providers.http_client import HttpProviderClient
from keeptrusts.gateway.providers.protocol import ProviderAnswer, ProviderFailure, ProviderRequest, ProviderStream
from keeptrusts.schemas.outbound import PUBLIC_ONLY, rules_of

LIMIT = 1 << 20
PATIENCE_S = 20.0
SHORT_S = 0.5
"""A time limit that a test waits out."""
BODY = b'{"choices": []}'
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\n"
PLAIN = HEAD + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY
EVENTS = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
Reply = Callable[[Exchange], Awaitable[None]]


@asynccontextmanager
async def client() -> AsyncIterator[HttpProviderClient]:
    made = HttpProviderClient(connect_timeout_s=5.0, max_answer_bytes=LIMIT, now_ns=time.monotonic_ns)
    try:
        async with asyncio.timeout(PATIENCE_S):
            yield made
    finally:
        await made.close()


@asynccontextmanager
async def between(reply: Reply, *, read_body: bool = True) -> AsyncIterator[tuple[HttpProviderClient, RawUpstream]]:
    async with raw_upstream(reply, read_body=read_body) as upstream, client() as made:
        yield made, upstream


def request(
    upstream: RawUpstream, *, body: bytes = b"{}", timeout_s: float = PATIENCE_S, **headers: str
) -> ProviderRequest:
    sent = {"Content-Type": "application/json", "Authorization": "Bearer sk-secret", **headers}
    return ProviderRequest(url=f"{upstream.url}/v1/x?a=b%20c", headers=sent, body=body, timeout_s=timeout_s)


def sends(data: bytes, *, close: bool = False) -> Reply:
    async def reply(exchange: Exchange) -> None:
        await exchange.send(data)
        if close:
            exchange.writer.close()

    return reply


def chunked(data: bytes, size: int) -> bytes:
    pieces = [data[index : index + size] for index in range(0, len(data), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


ANSWERS: dict[str, bytes] = {
    "plain": PLAIN,
    "chunked": HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(BODY, 4),
    "chunked with extensions and trailers": HEAD
    + b"Transfer-Encoding: chunked\r\n\r\n"
    + b"f;a=b\r\n"
    + BODY
    + b"\r\n0\r\nX-Checksum: 1\r\n\r\n",
    "gzip": HEAD
    + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(gzip.compress(BODY, mtime=0))
    + gzip.compress(BODY, mtime=0),
    "announced": b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + PLAIN,
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS.keys())
async def test_every_kind_of_body_is_read_whole_and_its_connection_used_again(answer: bytes) -> None:
    async with between(sends(answer)) as (made, upstream):
        for _ in range(2):
            got = await made.call(request(upstream))
            assert isinstance(got, ProviderAnswer)
            assert (got.status, got.content_type, got.body) == (200, "application/json", BODY)
        assert upstream.connections == 1


async def test_a_body_that_ends_with_the_connection_is_read_whole() -> None:
    async with between(sends(HEAD + b"Connection: close\r\n\r\n" + BODY, close=True)) as (made, upstream):
        got = await made.call(request(upstream))
        assert isinstance(got, ProviderAnswer) and got.body == BODY


async def test_what_is_sent_is_exactly_the_request_and_nothing_else() -> None:
    async with between(sends(PLAIN)) as (made, upstream):
        await made.call(request(upstream, body=b'{"a": 1}'))
        [exchange] = upstream.exchanges
        lines = exchange.head.decode().split("\r\n")
        host = upstream.url.removeprefix("http://")
        assert lines == [
            "POST /v1/x?a=b%20c HTTP/1.1",
            f"Host: {host}",
            "Content-Type: application/json",
            "Authorization: Bearer sk-secret",
            "Content-Length: 8",
            "",
            "",
        ]
        assert exchange.body == b'{"a": 1}'


@pytest.mark.parametrize("status", [201, 204, 301, 302, 307, 400, 401, 429, 500, 503])
async def test_every_status_is_an_answer_and_no_redirect_is_followed(status: int) -> None:
    length = b"" if status == 204 else b"Content-Length: 2\r\n\r\n{}"
    head = b"HTTP/1.1 %d X\r\nLocation: http://127.0.0.1:1/steal\r\nRetry-After: 7\r\n" % status
    async with between(sends(head + (length or b"\r\n"))) as (made, upstream):
        for answer in (await made.call(request(upstream)), await made.open(request(upstream))):
            assert isinstance(answer, ProviderAnswer)
            assert (answer.status, answer.retry_after) == (status, "7")
        assert len(upstream.exchanges) == 2


async def test_an_answer_cut_at_any_byte_is_a_cut_and_never_a_whole() -> None:
    async def reply(exchange: Exchange) -> None:
        exchange.writer.write(PLAIN[: int(exchange.body)])
        exchange.writer.close()

    async with between(reply) as (made, upstream):
        for length in range(len(PLAIN)):
            got = await made.call(request(upstream, body=b"%d" % length))
            assert isinstance(got, ProviderFailure), f"cut after {length} bytes"
            assert (got.kind, got.billed) == ("cut", True), f"cut after {length} bytes: {got}"


async def test_a_stream_cut_at_any_byte_ends_with_a_failure() -> None:
    whole = EVENTS + chunked(b"data: one\n\ndata: two\n\n", 11)

    async def reply(exchange: Exchange) -> None:
        exchange.writer.write(whole[: int(exchange.body)])
        exchange.writer.close()

    async with between(reply) as (made, upstream):
        for length in range(len(whole)):
            opened = await made.open(request(upstream, body=b"%d" % length))
            ended = opened if isinstance(opened, ProviderFailure) else (await read_all(opened))[1]
            assert isinstance(ended, ProviderFailure) and ended.kind == "cut", f"cut after {length} bytes: {ended}"


async def read_all(stream: object) -> tuple[bytes, ProviderFailure | None]:
    assert not isinstance(stream, ProviderAnswer | ProviderFailure), stream
    opened: ProviderStream = stream  # type: ignore[assignment]  # a protocol cannot be asserted at run time
    pieces: list[bytes] = []
    try:
        while isinstance(piece := await opened.read(), bytes):
            assert piece
            pieces.append(piece)
    finally:
        opened.close()
    return b"".join(pieces), piece


GARBAGE: dict[str, bytes] = {
    "no HTTP": b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
    "zeros": b"\0" * 64,
    "another protocol": b"HTTP/9.9 200 OK\r\n\r\n",
    "a status that is none": b"HTTP/1.1 abc OK\r\nContent-Length: 0\r\n\r\n",
    "a header without a colon": b"HTTP/1.1 200 OK\r\nnonsense\r\n\r\n",
    "a length that is none": HEAD + b"Content-Length: many\r\n\r\n",
    "a chunk size that is none": HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    "an endless head": b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000,
    "gzip that is none": HEAD + b"Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd",
}


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE.keys())
async def test_garbage_is_a_failure_that_does_not_repeat_it(garbage: bytes) -> None:
    async with between(sends(garbage, close=True)) as (made, upstream):
        for result in (await made.call(request(upstream)), await made.open(request(upstream))):
            assert isinstance(result, ProviderFailure), result
            assert result.kind in ("garbage", "cut") and result.billed
            assert result.reason in ("the provider's answer is no HTTP", "the connection to the provider broke")


async def test_announcements_without_end_are_not_read_for_ever() -> None:
    async with between(sends(b"HTTP/1.1 100 Continue\r\n\r\n" * 50)) as (made, upstream):
        result = await made.call(request(upstream))
        assert isinstance(result, ProviderFailure) and result.kind == "cut"


@pytest.mark.parametrize("sent", [b"", HEAD, HEAD + b"Content-Length: 9\r\n\r\n", PLAIN[:-3]], ids=len)
async def test_silence_at_any_point_of_an_answer_is_a_timeout(sent: bytes) -> None:
    async with between(sends(sent)) as (made, upstream):
        result = await made.call(request(upstream, timeout_s=SHORT_S))
        assert isinstance(result, ProviderFailure)
        assert (result.kind, result.billed) == ("timeout", True) and result.elapsed_us >= SHORT_S * 900_000
        await asyncio.wait_for(upstream.left.wait(), PATIENCE_S)


async def test_an_answer_that_comes_too_late_is_never_given_to_the_next_call() -> None:
    first = asyncio.Event()

    async def late(exchange: Exchange) -> None:
        if exchange.body == b"first":
            await first.wait()
            await exchange.send(HEAD + b"Content-Length: 5\r\n\r\nfirst")
        else:
            await exchange.send(PLAIN)

    async with between(late) as (made, upstream):
        for ask in (made.call, made.open):
            first.clear()
            result = await ask(request(upstream, body=b"first", timeout_s=SHORT_S))
            assert isinstance(result, ProviderFailure) and result.kind == "timeout"
            first.set()
            got = await made.call(request(upstream, body=b"second"))
            assert isinstance(got, ProviderAnswer) and got.body == BODY


async def test_an_answer_that_drips_is_bounded_by_the_whole_time() -> None:
    async def drip(exchange: Exchange) -> None:
        await exchange.send(HEAD + b"Content-Length: 100000\r\n\r\n")
        while True:
            await exchange.send(b"x")
            await asyncio.sleep(SHORT_S / 20)

    async with between(drip) as (made, upstream):
        result = await made.call(request(upstream, timeout_s=SHORT_S))
        assert isinstance(result, ProviderFailure) and result.kind == "timeout"
        await asyncio.wait_for(upstream.left.wait(), PATIENCE_S)


async def test_a_stream_may_last_longer_than_its_silences() -> None:
    async def slowly(exchange: Exchange) -> None:
        await exchange.send(EVENTS)
        for _ in range(6):
            await exchange.send(b"a\r\ndata: one\n\r\n")
            await asyncio.sleep(SHORT_S / 2)
        await exchange.send(b"0\r\n\r\n")

    async with between(slowly) as (made, upstream):
        said, ended = await read_all(await made.open(request(upstream, timeout_s=SHORT_S * 2)))
        assert (said, ended) == (b"data: one\n" * 6, None)


async def test_a_stream_that_falls_silent_is_a_timeout_and_its_connection_is_closed() -> None:
    async with between(sends(EVENTS + b"a\r\ndata: one\n\r\n")) as (made, upstream):
        said, ended = await read_all(await made.open(request(upstream, timeout_s=SHORT_S)))
        assert said == b"data: one\n" and ended is not None and ended.kind == "timeout"
        await asyncio.wait_for(upstream.left.wait(), PATIENCE_S)


async def test_an_empty_stream_is_a_failure() -> None:
    async with between(sends(EVENTS + b"0\r\n\r\n")) as (made, upstream):
        result = await made.open(request(upstream))
        assert isinstance(result, ProviderFailure) and result.kind == "cut"


async def test_a_stream_that_is_closed_stops_the_upstream_and_wakes_who_reads() -> None:
    async def endless(exchange: Exchange) -> None:
        await exchange.send(EVENTS + b"a\r\ndata: one\n\r\n")
        await exchange.reader.readexactly(1)

    async with between(endless) as (made, upstream):
        stream = await made.open(request(upstream))
        assert not isinstance(stream, ProviderAnswer | ProviderFailure)
        assert await stream.read() == b"data: one\n"
        reading = asyncio.create_task(stream.read())
        await asyncio.sleep(0)
        stream.close()
        assert isinstance(await reading, ProviderFailure)
        stream.close()
        await asyncio.wait_for(upstream.left.wait(), PATIENCE_S)


@pytest.mark.parametrize("declared", [True, False], ids=["declared", "chunked"])
async def test_an_answer_above_the_limit_is_not_taken(declared: bool) -> None:
    body = b"x" * (LIMIT + 1)
    answer = HEAD + (
        b"Content-Length: %d\r\n\r\n" % len(body) + body
        if declared
        else b"Transfer-Encoding: chunked\r\n\r\n" + chunked(body, 65_536)
    )
    async with between(sends(answer, close=True)) as (made, upstream):
        result = await made.call(request(upstream))
        assert isinstance(result, ProviderFailure) and (result.kind, result.billed) == ("too_large", True)


async def test_a_small_answer_that_unpacks_to_more_than_the_limit_is_not_taken() -> None:
    bomb = gzip.compress(b"0" * (50 * LIMIT), mtime=0)
    answer = HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb) + bomb
    async with between(sends(answer)) as (made, upstream):
        result = await made.call(request(upstream))
        assert isinstance(result, ProviderFailure) and result.kind in ("too_large", "garbage")


async def test_a_stream_above_the_limit_ends_with_a_failure() -> None:
    async with between(sends(EVENTS + chunked(b"x" * (LIMIT + 1), 65_536))) as (made, upstream):
        said, ended = await read_all(await made.open(request(upstream)))
        assert len(said) <= LIMIT and ended is not None and ended.kind == "too_large"


async def test_a_connection_that_the_upstream_closed_meanwhile_is_not_used_again() -> None:
    async def once(exchange: Exchange) -> None:
        await exchange.send(PLAIN)
        exchange.writer.close()

    async with between(once) as (made, upstream):
        for number in range(1, 6):
            got = await made.call(request(upstream))
            assert isinstance(got, ProviderAnswer), got
            await asyncio.wait_for(upstream.exchanges[-1].writer.wait_closed(), PATIENCE_S)
            await asyncio.sleep(0)
            assert upstream.connections == number


async def test_more_than_the_answer_on_a_connection_is_never_taken_for_the_next_answer() -> None:
    async with between(sends(PLAIN + b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")) as (made, upstream):
        for _ in range(3):
            got = await made.call(request(upstream))
            assert not isinstance(got, ProviderAnswer) or got.body == BODY


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\nb", "a\rb", "a\0b"])
async def test_a_header_that_would_end_its_line_is_not_sent(value: str) -> None:
    async with between(sends(PLAIN)) as (made, upstream):
        with pytest.raises(ValueError, match="line break"):
            await made.call(request(upstream, **{"X-Secret": value}))
        assert upstream.exchanges == []
        assert isinstance(await made.call(request(upstream)), ProviderAnswer)


@pytest.mark.parametrize("value", ["grüße", "日本", "\udcff\udcfe"])
async def test_a_header_beyond_ascii_goes_on_as_the_bytes_it_came_as(value: str) -> None:
    async with between(sends(PLAIN)) as (made, upstream):
        assert isinstance(await made.call(request(upstream, **{"anthropic-beta": value})), ProviderAnswer)
        assert value.encode("utf-8", "surrogateescape") in upstream.exchanges[0].head


async def test_an_answer_before_the_body_is_through_is_taken_and_its_connection_is_not_used_again() -> None:
    over = asyncio.Event()

    async def refuse(exchange: Exchange) -> None:
        await exchange.send(b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\n{}")
        await over.wait()  # without reading on
        raise ConnectionError

    async with between(refuse, read_body=False) as (made, upstream):
        big = request(upstream, body=b"x" * (10 << 20))
        for number in (1, 2):
            got = await made.call(big)
            assert isinstance(got, ProviderAnswer) and got.status == 413, got
            assert upstream.connections == number
        over.set()


async def test_a_body_of_10_mib_arrives_whole() -> None:
    async with between(sends(PLAIN)) as (made, upstream):
        body = bytes(range(256)) * (10 << 12)
        assert isinstance(await made.call(request(upstream, body=body)), ProviderAnswer)
        assert upstream.exchanges[0].body == body


async def test_an_upstream_that_nobody_runs_has_not_worked_on_the_call() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        gone = RawUpstream(f"http://127.0.0.1:{taken.getsockname()[1]}")
        async with client() as made:
            for result in (await made.call(request(gone)), await made.open(request(gone))):
                assert isinstance(result, ProviderFailure) and (result.kind, result.billed) == ("connection", False)


async def test_a_call_that_is_cancelled_leaves_no_connection_behind() -> None:
    async with between(sends(HEAD)) as (made, upstream):
        call = asyncio.create_task(made.call(request(upstream)))
        await until(lambda: bool(upstream.exchanges), what="the request arrived")
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await asyncio.wait_for(upstream.left.wait(), PATIENCE_S)


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "0x7f.1"])
async def test_a_guarded_client_connects_to_no_inner_address_however_it_is_named(name: str) -> None:
    async with raw_upstream(sends(PLAIN)) as upstream:
        port = upstream.url.rsplit(":", 1)[1]
        there = replace(request(upstream), url=f"http://{name}:{port}/v1/x")
        for rules, reached in ((PUBLIC_ONLY, False), (rules_of("127.0.0.1, ::1"), True)):
            made = HttpProviderClient(
                connect_timeout_s=5.0, max_answer_bytes=LIMIT, now_ns=time.monotonic_ns,
                make_socket=guarded_sockets(rules),
            )  # fmt: skip
            try:
                answer = await made.call(there)
            finally:
                await made.close()
            assert isinstance(answer, ProviderAnswer) == reached, answer
            assert upstream.connections == int(reached)
