"""Requests that two parsers could read differently: refused, or read in one way only, and never as two."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from support.gateway import FakeGateway, gateway, key_value

from keeptrusts.gateway.http.data_plane import DataPlane
from keeptrusts.gateway.http.front_door import listening
from keeptrusts.gateway.http.metrics import GatewayMetrics
from keeptrusts.schemas.events.request import RequestCompleted, RequestDecided

OPEN = "policies:\n  chain: [audit-logger]\nproviders:\n  targets:\n    - {id: openai, provider: openai}\n"
BODY = json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}]}).encode()
SMUGGLED = b"GET /healthz HTTP/1.1\r\nHost: smuggled\r\n\r\n"
LINE = b"POST /v1/chat/completions HTTP/1.1\r\n"
HOST = b"Host: gateway\r\n"
PATIENCE_S = 20.0
QUIET_S = 0.1
"""After an answer, how long a second one is looked for."""


@asynccontextmanager
async def served(made: FakeGateway) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    app = DataPlane(made.services, GatewayMetrics(made.services))
    async with listening(app, "127.0.0.1", 0, drain_s=0.2, header_timeout_s=2.0) as (host, port):
        reader, writer = await asyncio.open_connection(host, port)
        try:
            yield reader, writer
        finally:
            writer.close()


async def sent(made: FakeGateway, data: bytes) -> bytes:
    """Send bytes; gives everything that comes back until the gateway closes or falls silent."""
    async with served(made) as (reader, writer):
        writer.write(data)
        async with asyncio.timeout(PATIENCE_S):
            got = await reader.read(65_536)
            while got:
                try:
                    more = await asyncio.wait_for(reader.read(65_536), QUIET_S)
                except TimeoutError:
                    break
                if not more:
                    break
                got += more
        return got


def answers(got: bytes) -> list[int]:
    """The statuses of all answers in what came back."""
    return [int(part[2:5].strip()) for part in got.split(b"HTTP/1.")[1:]]


def auth(made: FakeGateway, key: str = "engineering") -> bytes:
    return b"Authorization: Bearer " + made.keys[key].encode() + b"\r\n"


def length(value: bytes | int) -> bytes:
    return b"Content-Length: " + (value if isinstance(value, bytes) else b"%d" % value) + b"\r\n"


TE = b"Transfer-Encoding: chunked\r\n"
CHUNKS = b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY)
ZERO = b"0\r\n\r\n"

REFUSED: dict[str, bytes] = {
    "CL.TE": length(len(ZERO + SMUGGLED)) + TE + b"\r\n" + ZERO + SMUGGLED,
    "TE.CL": TE + length(4) + b"\r\n" + CHUNKS + SMUGGLED,
    "CL.CL": length(len(BODY)) + length(5) + b"\r\n" + BODY + SMUGGLED,
    "a length in a list": length(b"%d, %d" % (len(BODY), len(BODY))) + b"\r\n" + BODY,
    "a length with a sign": length(b"+%d" % len(BODY)) + b"\r\n" + BODY,
    "a negative length": length(b"-1") + b"\r\n" + BODY,
    "a length in hexadecimal": length(b"0x10") + b"\r\n" + BODY,
    "a length beyond any size": length(b"9" * 40) + b"\r\n" + BODY,
    "TE twice": TE + b"Transfer-Encoding: identity\r\n\r\n" + CHUNKS,
    "TE that is not chunked": b"Transfer-Encoding: xchunked\r\n\r\n" + CHUNKS + SMUGGLED,
    "TE whose last is not chunked": b"Transfer-Encoding: chunked, identity\r\n\r\n" + CHUNKS + SMUGGLED,
    "a space before the colon": b"Transfer-Encoding : chunked\r\n\r\n" + CHUNKS + SMUGGLED,
    "a header without a name": b": value\r\n\r\n",
    "a header with a space in its name": b"X Y: 1\r\n\r\n",
    "a NUL in a header": b"X: a\0b\r\n\r\n",
    "a bare CR in a header": b"X: a\rContent-Length: 5\r\n\r\n",
    "a chunk size that is none": TE + b"\r\nxyz\r\n" + BODY + b"\r\n" + ZERO,
    "a chunk size with a sign": TE + b"\r\n-5\r\n" + BODY + b"\r\n" + ZERO,
    "a chunk size beyond any size": TE + b"\r\n" + b"f" * 17 + b"\r\n" + BODY,
    "a chunk longer than its size": TE + b"\r\n5\r\n" + BODY + b"\r\n" + ZERO + SMUGGLED,
}


@pytest.mark.parametrize("rest", REFUSED.values(), ids=REFUSED.keys())
async def test_ambiguous_framing_is_refused_once_and_its_connection_closed(rest: bytes) -> None:
    made = gateway(OPEN)
    got = await sent(made, LINE + HOST + auth(made) + rest)
    statuses = answers(got)
    assert len(statuses) <= 1, f"read as several requests: {got!r}"
    assert all(400 <= status < 500 for status in statuses)
    assert made.provider.asked == []
    assert b"smuggled" not in got and BODY not in got and made.keys["engineering"].encode() not in got


ONE_WAY: dict[str, bytes] = {
    "chunk extensions": TE + b"\r\n%x;name=value;x\r\n%b\r\n0;last\r\n\r\n" % (len(BODY), BODY),
    "chunk sizes with zeros": TE + b"\r\n000%x\r\n%b\r\n000\r\n\r\n" % (len(BODY), BODY),
    "trailers": TE + b"\r\n%x\r\n%b\r\n0\r\nAuthorization: Bearer other\r\n\r\n" % (len(BODY), BODY),
    "one byte a chunk": TE + b"\r\n" + b"".join(b"1\r\n%c\r\n" % byte for byte in BODY) + ZERO,
    "a length with spaces": length(b" %d " % len(BODY)) + b"\r\n" + BODY,
    "names in any case": b"cOnTeNt-LeNgTh: %d\r\n\r\n" % len(BODY) + BODY,
    "expecting to be asked": b"Expect: 100-continue\r\n" + length(len(BODY)) + b"\r\n" + BODY,
    "an upgrade": b"Connection: Upgrade\r\nUpgrade: h2c\r\n" + length(len(BODY)) + b"\r\n" + BODY,
}


@pytest.mark.parametrize("rest", ONE_WAY.values(), ids=ONE_WAY.keys())
async def test_odd_but_clear_framing_is_read_in_one_way(rest: bytes) -> None:
    made = gateway(OPEN)
    got = await sent(made, LINE + HOST + auth(made) + rest)
    assert [status for status in answers(got) if status != 100] in ([200], [400], [417]), got
    assert len(made.provider.asked) <= 1
    for asked in made.provider.asked:
        assert json.loads(asked.body) == json.loads(BODY)
        assert "other" not in asked.headers.get("Authorization", "")


async def test_two_requests_at_once_are_answered_in_order_and_recorded_apart() -> None:
    made = gateway(OPEN)
    one = LINE + HOST + auth(made) + length(len(BODY)) + b"\r\n" + BODY
    two = LINE + HOST + auth(made) + length(2) + b"\r\n{}"
    assert answers(await sent(made, one + two)) == [200, 422]
    assert [event.data.status for event in made.publisher.events if isinstance(event.data, RequestCompleted)] == [
        200,
        422,
    ]


HEADERS: dict[str, tuple[bytes, frozenset[int]]] = {
    "no host": (b"", frozenset({200, 400})),
    "two hosts": (b"Host: a\r\nHost: b\r\n", frozenset({200, 400})),
    "a host with a path": (b"Host: gateway/admin?x=\r\n", frozenset({200, 400})),
    "a folded header": (b"Host: gateway\r\nX-Folded: one\r\n two\r\n", frozenset({200, 400})),
    "a folded host": (b"Host: gate\r\n way\r\n", frozenset({200, 400})),
    "very many headers": (b"Host: g\r\n" + b"".join(b"X-%d: 1\r\n" % n for n in range(20_000)), frozenset({400, 431})),
    "one endless header": (b"Host: g\r\nX: " + b"a" * 200_000 + b"\r\n", frozenset({400, 431})),
}


@pytest.mark.parametrize(("lines", "statuses"), HEADERS.values(), ids=HEADERS.keys())
async def test_abused_headers_change_nothing_about_what_is_decided(lines: bytes, statuses: frozenset[int]) -> None:
    made = gateway(OPEN)
    got = await sent(made, LINE + lines + auth(made) + length(len(BODY)) + b"\r\n" + BODY)
    [status] = answers(got)
    assert status in statuses
    if status == 200:
        [asked] = made.provider.asked
        assert asked.url == "https://api.openai.com/v1/chat/completions" and len(asked.headers) < 8
        [decided] = [event.data for event in made.publisher.events if isinstance(event.data, RequestDecided)]
        assert decided.endpoint == "/v1/chat/completions"
    else:
        assert made.provider.asked == []


async def test_bare_line_feeds_are_no_second_way_to_end_a_line() -> None:
    made = gateway(OPEN)
    request = (LINE + HOST + auth(made) + length(len(BODY)) + b"\r\n").replace(b"\r\n", b"\n") + BODY
    got = await sent(made, request)
    assert answers(got) in ([400], []) and made.provider.asked == []


@pytest.mark.parametrize(
    "credentials",
    [
        b"Authorization: Bearer %b\r\nAuthorization: Bearer %b\r\n",
        b"Authorization: Bearer %b\r\nX-Api-Key: %b\r\n",
        b"X-Api-Key: %b\r\nX-Api-Key: %b\r\n",
    ],
    ids=["authorization twice", "authorization and x-api-key", "x-api-key twice"],
)
async def test_two_different_keys_in_one_request_are_refused(credentials: bytes) -> None:
    made = gateway(OPEN)
    made.apply(key_value(made, "other", team="team_support"))
    both = credentials % (made.keys["engineering"].encode(), made.keys["other"].encode())
    got = await sent(made, LINE + HOST + both + length(len(BODY)) + b"\r\n" + BODY)
    assert answers(got) == [401] and made.provider.asked == []
    assert b"more than one key" in got


TARGETS = [
    b"http://evil.example/v1/chat/completions",
    b"//v1/chat/completions",
    b"/v1/chat/completions/",
    b"/v1/chat/completions/../../admin",
    b"/v1/chat%2fcompletions",
    b"/V1/CHAT/COMPLETIONS",
    b"/v1/models/../chat/completions",
    b"*",
]


@pytest.mark.parametrize("target", TARGETS, ids=[target.decode() for target in TARGETS])
async def test_a_path_is_governed_as_what_it_is_or_not_at_all(target: bytes) -> None:
    made = gateway(OPEN)
    request = b"POST " + target + b" HTTP/1.1\r\n" + HOST + auth(made) + length(len(BODY)) + b"\r\n" + BODY
    got = await sent(made, request)
    assert answers(got)[0] in (200, 400, 404, 405)
    assert len(made.provider.asked) <= 1
    for asked in made.provider.asked:
        assert asked.url == "https://api.openai.com/v1/chat/completions"


async def test_what_is_no_http_1_is_refused() -> None:
    for greeting in (
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01",
        b"CONNECT evil:443 HTTP/1.1\r\n\r\n",
    ):
        made = gateway(OPEN)
        got = await sent(made, greeting)
        assert all(status >= 400 for status in answers(got)) and made.provider.asked == []
