"""Runs all checks at once, each within its time."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import aiohttp

from keeptrusts.cli.doctor.check import Check, Finding, failed
from keeptrusts.cli.doctor.checks import all_checks
from keeptrusts.cli.doctor.client import Client
from keeptrusts.cli.installation import Installation

CHECK_TIMEOUT_S: Final = 8.0
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


async def examine(
    installation: Installation,
    *,
    api_url: str,
    gateway_url: str,
    token: str | None,
    gateway_key: str | None,
    certificate: Path | None = None,
) -> tuple[Finding, ...]:
    """Give the findings in the order of the checks; a check that breaks is a failed one, never an exception.

    ``certificate`` is what a gateway of this machine serves https with, trusted whoever signed it.
    """
    timeout = aiohttp.ClientTimeout(total=CHECK_TIMEOUT_S)
    connector = aiohttp.TCPConnector(ssl=_trust(certificate, urlsplit(gateway_url).hostname))
    cookies = aiohttp.DummyCookieJar()
    async with aiohttp.ClientSession(timeout=timeout, cookie_jar=cookies, connector=connector) as session:
        client = Client(session=session, api_url=api_url, gateway_url=gateway_url, token=token, gateway_key=gateway_key)
        return tuple(await asyncio.gather(*(_run(check) for check in all_checks(installation, client))))


def _trust(certificate: Path | None, host: str | None) -> ssl.SSLContext:
    """Trust what the system does, and a local gateway's own certificate, under whatever name it was issued."""
    context = ssl.create_default_context()
    if certificate is not None and certificate.exists():
        context.load_verify_locations(certificate)
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        context.check_hostname = host not in _LOOPBACK
    return context


async def _run(check: Check) -> Finding:
    try:
        async with asyncio.timeout(CHECK_TIMEOUT_S):
            return await check.run()
    except TimeoutError:
        return failed(check.name, f"no answer within {CHECK_TIMEOUT_S:g} s", check.fix)
    except aiohttp.ClientConnectorError as error:
        return failed(check.name, f"nothing listens at {error.host}:{error.port}", check.fix)
    except Exception as error:  # noqa: BLE001 - whatever breaks in a check is what the check found
        return failed(check.name, f"{type(error).__name__}: {error}"[:300], check.fix)
