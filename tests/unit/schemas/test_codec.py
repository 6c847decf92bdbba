"""Whatever bytes lie in the log, decoding gives a record or an error that says why and repeats nothing of them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from keeptrusts.schemas.codec import NAMES, TYPES, DecodeError, UnknownTypeError, decode, encode, is_intent, type_of
from keeptrusts.schemas.commands.wallets import WalletRef
from keeptrusts.schemas.record import format_time, parse_time
from keeptrusts.schemas.snapshots.codec import TYPED, VALUES, decode_as, decode_derived, encode_derived
from keeptrusts.schemas.snapshots.directory import Heartbeat, TeamValue
from keeptrusts.schemas.upcasters import UPCASTERS, upcast

SECRET = "the-prompt-of-a-caller"
GOLDEN = Path(__file__).parents[2] / "golden" / "events"
ENVELOPE = {
    "specversion": "1.0", "id": "e1", "source": "gateway/g/1", "type": "kt.gateway.reported.v1", "subject": "g",
    "time": "2026-04-01T09:00:00Z", "org": "org", "ledger": "org", "actor": "gateway:g",
    "data": {"gateway": "g", "incarnation": "1"},
}  # fmt: skip


def document(**changes: Any) -> bytes:
    return json.dumps(ENVELOPE | changes).encode()


def reported(**data: Any) -> bytes:
    return document(data={"gateway": "g", "incarnation": "1"} | data)


BROKEN = [
    b"", b"null", b"[]", b"{", b"\xff\xfe", b"\x00" * 100, b'"text"', b"NaN", b"[" * 5000, b'{"a":1}{"b":2}',
    SECRET.encode(),
    b'{"specversion":"1.0","id":"' + SECRET.encode(),
    document(type=None), document(type=7), document(type=""), document(specversion="0.3"), document(data=None),
    document(data=[SECRET]), document(data=SECRET), document(id=""), document(id=5), document(source=None),
    document(ledger={SECRET: 1}), document(actor=""), document(subject=[]), document(org=None),
    document(time=SECRET), document(time=None), document(time=5), document(time="2026-04-01T09:00:00"),
    document(time="0001-01-01T00:00:00+01:00"), document(time="9999-12-31T23:59:59-01:00"),
    document(sequence=-1), document(sequence=1.5), document(sequence=True), document(sequence=SECRET),
    document(correlationid=[SECRET]), document(causationid=1), document(traceparent={}),
    document(type=SECRET), document(type=f"kt.{SECRET}.v1"), document(type="kt.gateway.reported.v2"),
    reported(requests=SECRET), reported(requests=-1), reported(requests=10**30), reported(requests=2**63),
    reported(unrecorded={SECRET: "x"}), reported(unrecorded={SECRET: {SECRET: 1}}), reported(unrecorded=SECRET),
    reported(providers=[{"target": SECRET, "provider": 1, "state": SECRET}]), reported(gateway=None),
    document(
        type="kt.token.create_requested.v1",
        data=dict.fromkeys(("token", "member", "prefix", "digest"), "t") | {"expires_at": SECRET},
    ),
    document(type="kt.wallet.fund_requested.v1", data={"wallet": {"scope": SECRET, "owner": "o"}, "amount": "1"}),
    document(type="kt.wallet.fund_requested.v1", data={"wallet": {"scope": "team", "owner": "o"}, "amount": SECRET}),
    document(type="kt.wallet.fund_requested.v1", data={"wallet": {"scope": "team", "owner": "o"}, "amount": 1.5}),
    document(type="kt.member.add_requested.v1", data={"member": "m", "email": SECRET}),
]  # fmt: skip


@pytest.mark.parametrize("value", BROKEN, ids=range(len(BROKEN)))
def test_a_broken_event_is_a_decode_error_without_its_content(value: bytes) -> None:
    with pytest.raises(DecodeError) as caught:
        decode(value)
    assert caught.value.reason == str(caught.value) != ""
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None and (caught.value.__context__ is None or caught.value.__suppress_context__)


def test_the_reason_names_the_field() -> None:
    with pytest.raises(DecodeError, match=r"^data\.requests: "):
        decode(reported(requests=-1))
    with pytest.raises(DecodeError, match=r"^data\.unrecorded\.\*: "):
        decode(reported(unrecorded={SECRET: "x"}))
    with pytest.raises(DecodeError, match=r"^data\.providers\.0\.provider: "):
        decode(reported(providers=[{"target": "t", "provider": 1, "state": "open"}]))


def test_a_type_of_a_later_version_is_told_apart_and_named() -> None:
    with pytest.raises(UnknownTypeError, match=r"'kt\.gateway\.reported\.v2' is not known") as caught:
        decode(document(type="kt.gateway.reported.v2"))
    assert caught.value.type_name == "kt.gateway.reported.v2"


DERIVED = {
    "type": "kt.ledger.entry.v1", "ledger": "org", "seq": 0, "ledger_time_ms": 0, "rules_version": 1,
    "outcome": "accepted", "prev_hash": "0",
    "cause": dict.fromkeys(("event_id", "type", "actor", "subject"), "e")
    | {"partition": 0, "offset": 0, "time": "2026-04-01T09:00:00Z"},
}  # fmt: skip


@pytest.mark.parametrize(
    "changes",
    [{"type": SECRET}, {"type": None, "kind": SECRET}, {"type": 1}, {"changes": [{"kind": SECRET}]},
     {"changes": [SECRET]}, {"postings": [{"account": "a", "amount": SECRET}]}, {"outcome": SECRET},
     {"cause": SECRET}, {"seq": -1}],
    ids=str,
)  # fmt: skip
def test_a_broken_derived_record_is_a_decode_error_without_its_content(changes: dict[str, Any]) -> None:
    with pytest.raises(DecodeError) as caught:
        decode_derived(json.dumps(DERIVED | changes).encode())
    assert SECRET not in str(caught.value)


def test_a_derived_record_of_another_model_is_refused_by_name() -> None:
    beat = encode_derived(Heartbeat(id="1", org="_platform", partition=1, input_offset=2))
    with pytest.raises(DecodeError, match="expected TeamValue, found Heartbeat"):
        decode_as(TeamValue, beat)


@given(st.binary(max_size=300))
def test_any_bytes_give_a_record_or_a_decode_error(value: bytes) -> None:
    for reader in (decode, decode_derived):
        try:
            reader(value)
        except DecodeError:
            continue


nothing_much = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.just(SECRET)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=10), inner, max_size=3)),
    max_leaves=5,
)
EXAMPLES = [json.loads(path.read_text("utf-8")) for path in sorted(GOLDEN.glob("*.json"))]


@given(st.sampled_from(EXAMPLES), st.data())
def test_a_record_with_one_thing_replaced_by_anything_decodes_and_encodes_or_is_refused(
    example: dict[str, Any], data: st.DataObject
) -> None:
    changed = json.loads(json.dumps(example))
    part = changed.get("data", changed)
    key = data.draw(st.sampled_from(sorted(part)))
    part[key] = data.draw(nothing_much)
    value = json.dumps(changed).encode()
    try:
        if "specversion" in changed:
            event = decode(value)
            assert decode(encode(event)) == event
        else:
            record = decode_derived(value)
            assert decode_derived(encode_derived(record)) == record
    except DecodeError as error:
        assert SECRET not in str(error)


@given(st.datetimes(timezones=st.timezones()) | st.datetimes().map(lambda moment: moment.replace(tzinfo=UTC)))
def test_every_time_reads_back_to_the_microsecond(moment: datetime) -> None:
    try:
        at = parse_time(moment)
    except ValueError as error:
        assert "between the years" in str(error)
        return
    assert parse_time(format_time(at)) == at
    assert len(format_time(at)) == len("2026-04-01T09:00:00.000000Z")


def test_times_are_written_in_utc() -> None:
    assert format_time(datetime(2026, 4, 1, 9, tzinfo=timezone(timedelta(hours=2)))) == "2026-04-01T07:00:00.000000Z"
    with pytest.raises(ValueError, match="offset"):
        parse_time("2026-04-01T09:00:00")


def test_type_names_follow_one_pattern_and_models_have_one_name() -> None:
    assert len(NAMES) == len(TYPES)
    for name, model in TYPES.items():
        noun, verb = name.split(".")[1:3]
        assert name == f"kt.{noun}.{verb}.v1"
        assert verb.endswith("_requested") == is_intent_model(model) or noun in ("lease", "share", "review")
    assert not set(TYPES) & set(TYPED) and not set(TYPED) & set(VALUES)


def is_intent_model(model: type) -> bool:
    return model.__module__.startswith("keeptrusts.schemas.commands")


def test_intents_are_what_people_ask_for() -> None:
    asked = [name for name in TYPES if is_intent(decode((GOLDEN / f"{name}.json").read_bytes()).data)]
    assert asked == [name for name, model in TYPES.items() if is_intent_model(model)]
    assert "kt.lease.requested.v1" not in asked and "kt.team.create_requested.v1" in asked


def test_records_cannot_be_changed() -> None:
    event = decode(document())
    with pytest.raises(ValidationError):
        event.data.gateway = "other"  # type: ignore[attr-defined] # the point of the test
    with pytest.raises(AttributeError):
        event.id = "other"  # type: ignore[misc] # the point of the test
    assert type_of(event.data) == "kt.gateway.reported.v1"


def test_equal_values_give_equal_bytes_whatever_the_order_of_their_fields() -> None:
    one = {
        "kind": "wallet",
        "id": "team:t",
        "org": "o",
        "scope": "team",
        "owner": "t",
        "created_at": "2026-04-01T09:00:00Z",
    }
    other = dict(reversed(list(one.items())))
    assert encode_derived(decode_derived(json.dumps(one).encode())) == encode_derived(
        decode_derived(json.dumps(other).encode())
    )


def test_a_type_at_its_newest_version_is_not_upcast() -> None:
    assert dict(UPCASTERS) == {}
    assert upcast("kt.gateway.reported.v1", {"a": 1}) == ("kt.gateway.reported.v1", {"a": 1})


def test_a_wallet_is_named_after_its_owner() -> None:
    assert WalletRef(scope="team", owner="team_1").id == "team:team_1"
