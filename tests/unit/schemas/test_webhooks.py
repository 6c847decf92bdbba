"""Signatures of webhooks: the published example of the form, and secrets that follow from the installation's own."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest

from keeptrusts.schemas.webhooks import signature, signing_secret, wants


def test_the_published_example_of_the_form_gets_its_published_signature() -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = b'{"test": 2432232314}'
    signed = signature((secret,), "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_several_secrets_give_several_signatures_separated_by_spaces() -> None:
    one, two = signing_secret(b"k" * 32, "whk_1", 0), signing_secret(b"k" * 32, "whk_1", 1)
    both = signature((one, two), "msg_1", 5, b"{}")
    assert both.split(" ") == [signature((one,), "msg_1", 5, b"{}"), signature((two,), "msg_1", 5, b"{}")]


def test_a_secret_is_one_block_of_hkdf_with_a_label_and_differs_in_everything_it_is_made_of() -> None:
    secret = signing_secret(b"secret", "whk_1", 7)
    extracted = hmac.new(b"keeptrusts webhook signing 1", b"secret", hashlib.sha256).digest()
    expanded = hmac.new(extracted, b"whk_1\x1f7\x01", hashlib.sha256).digest()
    assert secret == "whsec_" + base64.b64encode(expanded).decode()
    others = [signing_secret(b"Secret", "whk_1", 7), signing_secret(b"secret", "whk_2", 7)]
    assert len({secret, *others, signing_secret(b"secret", "whk_1", 8)}) == 4


@pytest.mark.parametrize(
    ("patterns", "event", "wanted"),
    [
        (("escalation.*",), "escalation.opened", True),
        (("*",), "escalation.expired", True),
        (("escalation.opened", "escalation.breached"), "escalation.breached", True),
        (("escalation.opened",), "escalation.resolved", False),
        ((), "escalation.opened", False),
    ],
)
def test_patterns_say_which_events_are_wanted(patterns: tuple[str, ...], event: str, wanted: bool) -> None:
    assert wants(patterns, event) == wanted
