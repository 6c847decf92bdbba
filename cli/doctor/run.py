"""Runs all checks at once, each within its time."""

from __future__ import annotations

import asyncio
from typing import Final

import aiohttp

from keeptrusts.cli.doctor.check import Check, Finding, failed
from keeptrusts.cli.doctor.checks import all_checks
from keeptrusts.cli.doctor.client import Client
from keeptrusts.cli.installation import Installation

CHECK_TIMEOUT_S: Final = 8.0


async def examine(
    installation: Installation, *, api_url: str, gateway_url: str, token: str | None, gateway_key: str | None
) -> tuple[Finding, ...]:
    """Give the findings in the order of the checks; a check that breaks is a failed one, never an exception."""
    timeout = aiohttp.ClientTimeout(total=CHECK_TIMEOUT_S)
    async with aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()) as session:
        client = Client(session=session, api_url=api_url, gateway_url=gateway_url, token=token, gateway_key=gateway_key)
        return tuple(await asyncio.gather(*(_run(check) for check in all_checks(installation, client))))


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
