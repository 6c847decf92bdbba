"""Cutting server-sent events: the same events whatever the chunks, and never more memory than one event."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keeptrusts.gateway.providers.translate.protocol import StreamEvent, frame
from keeptrusts.gateway.providers.translate.sse import MAX_EVENT_BYTES, SseParser


def _cut(wire: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({cut % (len(wire) + 1) for cut in cuts})
    return [wire[a:b] for a, b in zip([0, *places], [*places, len(wire)], strict=True)]


def _read(chunks: list[bytes]) -> list[StreamEvent]:
    parser = SseParser()
    events = [event for chunk in chunks for event in parser.feed(chunk)]
    return events + parser.finish()


def _event(data: str, event: str | None = None) -> StreamEvent:
    return StreamEvent(event, data.encode())


@pytest.mark.parametrize(
    ("wire", "expected"),
    [
        (b"data: a\n\n", [_event("a")]),
        (b"data:a\n\ndata:  b\n\n", [_event("a"), _event(" b")]),
        (b"data: a\r\n\r\ndata: b\r\rdata: c\n\n", [_event("a"), _event("b"), _event("c")]),
        (b"event: ping\ndata: {}\n\n", [_event("{}", "ping")]),
        (b"data: {}\nevent: late\n\n", [_event("{}", "late")]),
        (b"data: one\ndata: two\ndata\n\n", [_event("one\ntwo\n")]),
        (b": a comment\n\ndata: a\n: another\n\n", [_event("a")]),
        (b"event: nothing\n\nid: 7\nretry: 10\n\n", []),
        (b"\n\n\n\ndata: a\n\n\n\n\n", [_event("a")]),
        (b"\xef\xbb\xbfdata: a\n\n", [_event("a")]),
        (b"data: \xef\xbb\xbfa\n\n", [StreamEvent(None, b"\xef\xbb\xbfa")]),
        (b"event: \xff\ndata: a\n\n", [_event("a", "�")]),
        (b"dataset: a\nDATA: b\n\n", []),
        (b"data: without an end", [_event("without an end")]),
        (b"data: with half an end\n", [_event("with half an end")]),
        (b"data: \n\n", [_event("")]),
        (b"", []),
    ],
)
def test_a_stream_is_cut_as_the_standard_says(wire: bytes, expected: list[StreamEvent]) -> None:
    assert _read([wire]) == expected
    assert _read([wire[i : i + 1] for i in range(len(wire))]) == expected


_LINES = st.sampled_from(
    [b"data: x", b'data: {"a": "\xc3\xa9"}', b"data", b"event: e", b": note", b"", b"id: 1", b"data:y", b"nonsense"]
)
_ENDS = st.sampled_from([b"\n", b"\r\n", b"\r"])


@given(
    lines=st.lists(st.tuples(_LINES, _ENDS), max_size=20),
    cuts=st.lists(st.integers(min_value=0, max_value=400), max_size=12),
    bom=st.booleans(),
)
def test_chunks_do_not_matter(lines: list[tuple[bytes, bytes]], cuts: list[int], bom: bool) -> None:
    wire = (b"\xef\xbb\xbf" if bom else b"") + b"".join(line + end for line, end in lines)
    assert _read(_cut(wire, cuts)) == _read([wire])


@given(
    events=st.lists(st.tuples(st.sampled_from([None, "ping"]), st.text(alphabet="ab \né", max_size=6))),
    cuts=st.lists(st.integers(min_value=0, max_value=400), max_size=12),
)
def test_what_is_framed_is_read_again(events: list[tuple[str | None, str]], cuts: list[int]) -> None:
    sent = [_event(data, name) for name, data in events]
    wire = b"".join(frame(event.data, event.type) for event in sent)
    parser = SseParser()
    assert [event for chunk in _cut(wire, cuts) for event in parser.feed(chunk)] == sent


@pytest.mark.parametrize("size", [1, 1000, MAX_EVENT_BYTES + 20])
def test_an_event_beyond_the_bound_is_refused_and_one_within_is_read(size: int) -> None:
    largest = b"data: " + b"x" * (MAX_EVENT_BYTES - 6)
    chunks = [largest[i : i + size * 4096] for i in range(0, len(largest), size * 4096)]
    assert _read([*chunks, b"\n\n"]) == [StreamEvent(None, largest[6:])]
    parser = SseParser()
    with pytest.raises(ValueError, match="larger than 4194304 bytes"):
        for chunk in (*chunks, b"x", b"\n\n"):
            parser.feed(chunk)
    with pytest.raises(ValueError, match="larger than"):
        SseParser().feed(largest + b"x\n\n")
