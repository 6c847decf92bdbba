"""What stands in place of a finding."""

from __future__ import annotations

from typing import Any

import pytest

from keeptrusts.gateway.policies.markers import Markers
from keeptrusts.schemas.policy_document.kinds.content import Redaction

WRITTEN = [
    ("a label", {}, "US_SSN", "123-45-6789", "[US_SSN]"),
    ("a mask", {"marker_format": "mask"}, "US_SSN", "123-45-6789", "***-**-****"),
    ("asterisks", {"marker_format": "asterisks"}, "PERSON", "Jo Ann", "** ***"),
    ("the last four", {"marker_format": "partial"}, "CREDIT_CARD", "4111 1111 1111 1234", "**** **** **** 1234"),
    ("of a short value nothing", {"marker_format": "partial"}, "PERSON", "Jo Ann", "** ***"),
    ("a word of its own", {"custom_markers": {"us_ssn": "<ssn>"}}, "US_SSN", "123-45-6789", "<ssn>"),
    ("as long as the value", {"preserve_length": True}, "US_SSN", "123-45-6789", "[US_SSN]***"),
    ("never longer", {"preserve_length": True}, "US_SSN", "1234", "[US_"),
]


@pytest.mark.parametrize(("options", "kind", "value", "written"), [r[1:] for r in WRITTEN], ids=[r[0] for r in WRITTEN])
def test_what_is_written(options: dict[str, Any], kind: str, value: str, written: str) -> None:
    assert Markers(Redaction.model_validate(options), b"s").of(kind, value) == written


def test_hashes_are_equal_for_equal_values_and_say_nothing_without_the_secret() -> None:
    markers = Markers(Redaction.model_validate({"marker_format": "hash"}), b"one")
    first = markers.of("EMAIL", "joe@x.example")
    assert first == markers.of("EMAIL", "joe@x.example") != markers.of("EMAIL", "jim@x.example")
    assert first != Markers(Redaction.model_validate({"marker_format": "hash"}), b"two").of("EMAIL", "joe@x.example")
    assert first != markers.of("PERSON", "joe@x.example") and "joe" not in first
    assert first.startswith("[EMAIL:") and len(first) == len("[EMAIL:]") + 12
