"""AWS's binary event stream is cut the same however it is chunked, and damage is found."""

from __future__ import annotations

import struct
import zlib
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keeptrusts.gateway.providers.translate.aws_eventstream import MAX_MESSAGE_BYTES, EventStreamParser
from keeptrusts.gateway.providers.translate.protocol import StreamEvent


def message(headers: dict[str, str], payload: bytes) -> bytes:
    packed = b"".join(
        bytes([len(name)]) + name.encode() + b"\x07" + struct.pack(">H", len(value)) + value.encode()
        for name, value in headers.items()
    )
    lengths = struct.pack(">II", 16 + len(packed) + len(payload), len(packed))
    whole = lengths + struct.pack(">I", zlib.crc32(lengths)) + packed + payload
    return whole + struct.pack(">I", zlib.crc32(whole))


def event(kind: str, payload: bytes) -> bytes:
    return message({":message-type": "event", ":event-type": kind, ":content-type": "application/json"}, payload)


STREAM = [
    (event("messageStart", b'{"role":"assistant"}'), StreamEvent("messageStart", b'{"role":"assistant"}')),
    (event("contentBlockDelta", '{"delta":{"text":"å"}}'.encode()),
     StreamEvent("contentBlockDelta", '{"delta":{"text":"å"}}'.encode())),
    (message({":message-type": "exception", ":exception-type": "throttlingException"}, b'{"message":"m"}'),
     StreamEvent("throttlingException", b'{"message":"m"}')),
    (message({":message-type": "error", ":error-code": "InternalError", ":error-message": "m"}, b""),
     StreamEvent("error:InternalError", b'{"message":"m"}')),
    (event("metadata", b""), StreamEvent("metadata", b"")),
]  # fmt: skip
BYTES = b"".join(one for one, _ in STREAM)
EVENTS = [one for _, one in STREAM]


@given(st.lists(st.integers(0, len(BYTES)), max_size=40))
@settings(max_examples=200)
def test_any_chunking_gives_the_same_events(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(BYTES)]
    parser = EventStreamParser()
    found = [one for start, end in pairwise(edges) for one in parser.feed(BYTES[start:end])]
    assert found + parser.finish() == EVENTS


def test_a_stream_may_come_byte_by_byte_or_in_one_large_chunk() -> None:
    slow, fast = EventStreamParser(), EventStreamParser()
    assert [one for byte in BYTES for one in slow.feed(bytes([byte]))] == EVENTS
    assert fast.feed(BYTES * 1000) == EVENTS * 1000


@given(st.integers(0, len(STREAM[0][0]) - 1), st.integers(1, 255))
@settings(max_examples=200)
def test_a_flipped_byte_is_never_read_as_an_event(place: int, flip: int) -> None:
    first = STREAM[0][0]
    damaged = bytearray(first)
    damaged[place] ^= flip
    parser = EventStreamParser()
    try:
        found = parser.feed(bytes(damaged))
    except ValueError as error:
        assert "assistant" not in str(error)
        return
    assert found == []


def test_a_cut_message_is_no_event() -> None:
    parser = EventStreamParser()
    assert parser.feed(STREAM[0][0][:-1]) == []
    assert parser.finish() == []


def test_a_message_over_the_limit_is_refused_before_it_is_held() -> None:
    parser = EventStreamParser()
    whole = event("contentBlockDelta", b"x" * (MAX_MESSAGE_BYTES + 1))
    with pytest.raises(ValueError, match="larger than"):
        parser.feed(whole)
    assert len(EventStreamParser().feed(event("contentBlockDelta", b"x" * (MAX_MESSAGE_BYTES // 2)))) == 1


@pytest.mark.parametrize(
    "headers",
    [b"\x05abc", b"\x01a\x2a", b"\x01a\x07\x00\x01a\x01a\x07\x00\x01a", b"\x01\xff\x00"],
    ids=["short name", "unknown type", "twice", "no UTF-8"],
)
def test_headers_that_cannot_be_read_are_an_error(headers: bytes) -> None:
    lengths = struct.pack(">II", 16 + len(headers), len(headers))
    whole = lengths + struct.pack(">I", zlib.crc32(lengths)) + headers
    with pytest.raises(ValueError, match="damaged"):
        EventStreamParser().feed(whole + struct.pack(">I", zlib.crc32(whole)))


def test_lengths_that_contradict_each_other_are_an_error() -> None:
    for total, headers in ((0, 0), (12, 0), (15, 0), (16, 2**31), (2**32 - 1, 0)):
        lengths = struct.pack(">II", total, headers)
        with pytest.raises(ValueError, match=r"damaged|larger"):
            EventStreamParser().feed(lengths + struct.pack(">I", zlib.crc32(lengths)) + b"\0" * (MAX_MESSAGE_BYTES + 1))
