"""Signs requests to AWS (Signature Version 4) with botocore; time and credentials are passed in. Pure.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html. botocore is imported with the first signature, so
that gateways without a Bedrock target never load it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import UTC, datetime
from typing import Any

from keeptrusts.schemas.frozen import frozen


@frozen
class AwsCredentials:
    """An access key; ``session_token`` goes with temporary ones."""

    access_key: str
    secret_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)


def signing_headers(
    *,
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    credentials: AwsCredentials,
    region: str,
    service: str,
    now: datetime,
) -> dict[str, str]:
    """Give the headers that sign a request: all of ``headers`` are signed, and with them host, time and body.

    ``url`` must be sent as it is written: a path that is encoded otherwise on the way does not verify.
    """
    # botocore takes some 100 ms to import, and only Bedrock targets without a bearer token need it.
    from botocore.auth import SIGV4_TIMESTAMP, SigV4Auth
    from botocore.awsrequest import AWSRequest

    added = {"X-Amz-Date": now.astimezone(UTC).strftime(SIGV4_TIMESTAMP)}
    if credentials.session_token is not None:
        added["X-Amz-Security-Token"] = credentials.session_token
    request: Any = AWSRequest(method=method, url=url, data=body, headers={**headers, **added})
    # botocore takes the time of its own clock in add_auth; the steps below are that method with ours.
    request.context["timestamp"] = added["X-Amz-Date"]
    signer: Any = SigV4Auth(credentials, service, region)
    to_sign = signer.string_to_sign(request, signer.canonical_request(request))
    signed = signer.signed_headers(signer.headers_to_sign(request))
    added["Authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={signer.scope(request)}, SignedHeaders={signed}, "
        f"Signature={signer.signature(to_sign, request)}"
    )
    return added
