"""Recognizes an input without keeping it: a keyed hash of what was asked, the same at every gateway."""

from __future__ import annotations

import hmac

from keeptrusts.gateway.pipeline.values import IncomingCall, ModelCall


def input_hash(secret: bytes, call: IncomingCall, asked: ModelCall) -> str:
    """Give the HMAC-SHA256 of endpoint and body under a secret that all gateways have, in hexadecimal."""
    return hmac.digest(secret, b"input\n%b\n%b" % (call.endpoint.encode(), asked.body), "sha256").hex()


def principal(identity_user: str | None, key_id: str | None) -> str:
    """Name who asks, as tickets know them."""
    return identity_user or key_id or "anonymous"
