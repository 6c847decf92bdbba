"""The checks themselves: from this machine's tools to a canary through the whole pipeline."""

from __future__ import annotations

import asyncio
import time
from typing import Final

from keeptrusts.cli.doctor.check import Check, Finding, failed, ok, warning
from keeptrusts.cli.doctor.client import Answer, Client
from keeptrusts.cli.installation import Installation
from keeptrusts.cli.topics import TopicError, check_topics
from keeptrusts.schemas.money import parse_usd

SLOW_LAG_MS: Final = 5_000
LOW_WALLET_PERCENT: Final = 10
UP: Final = "start the stack: kt up --detach"


def all_checks(installation: Installation, client: Client) -> tuple[Check, ...]:
    """Give every check; they run at once."""
    return (
        Check(name="kafka", run=lambda: _kafka(installation), fix=UP),
        Check(name="processors", run=lambda: _processors(client), fix="see kt logs processors"),
        Check(name="api", run=lambda: _api(client), fix="see kt logs api"),
        Check(name="sign-in", run=lambda: _sign_in(client), fix="kt env prints the key of this installation"),
        Check(name="gateway", run=lambda: _gateway(client), fix="kt gateway run --config FILE, or kt up --detach"),
        Check(name="providers", run=lambda: _providers(client), fix="set the secrets' environment variables"),
        Check(name="canary", run=lambda: _canary(client), fix="see kt logs gateway and kt logs api"),
        Check(name="wallets", run=lambda: _wallets(client), fix="kt wallet fund --organization --amount AMOUNT"),
    )


async def _kafka(installation: Installation) -> Finding:
    try:
        partitions = await check_topics(
            installation.bootstrap, prefix=installation.topic_prefix, mode=installation.mode
        )
    except TopicError as error:
        return failed("kafka", str(error), "kt processors create-topics")
    return ok("kafka", f"answers at {installation.bootstrap}; all topics as mode {installation.mode} needs them",
              partitions=partitions)  # fmt: skip


async def _processors(client: Client) -> Finding:
    ready = await client.api("/readyz")  # hears of them whether or not a gateway runs
    age_s = ready.document.get("directory_age_s")
    if not isinstance(age_s, int | float):
        return failed("processors", "no sign of life has reached the API", "see kt status and kt logs processors")
    if age_s > 5:
        return failed("processors", f"the last sign of life is {age_s:.0f} s old", "see kt logs processors")
    return ok("processors", f"alive, last sign of life {age_s:.1f} s ago")


async def _api(client: Client) -> Finding:
    ready = await client.api("/readyz")
    writer = ready.document.get("writer", {})
    if ready.status != 200:
        return failed("api", f"not ready: commands {ready.document.get('commands', '?')}, writer {writer}",
                      "wait a moment, then see kt logs api")  # fmt: skip
    delay_ms = writer.get("delay_ms", 0)
    letters = writer.get("counters", {}).get("dead_letters", 0)
    if delay_ms > SLOW_LAG_MS:
        return warning(
            "api", f"projections are {delay_ms} ms behind the log", "see kt logs api; it catches up by itself"
        )
    if letters:
        return warning("api", f"{letters} records could not be decoded", "read kt.deadletters; nothing else is lost")
    return ok("api", f"answers at {client.api_url}; projections {delay_ms} ms behind the log")


async def _sign_in(client: Client) -> Finding:
    if client.token is None:
        return failed("sign-in", "no access key is known", "set KEEPTRUSTS_API_TOKEN, or run kt up here")
    me = await client.api("/v1/me")
    if me.status != 200:
        return failed("sign-in", _detail(me), "create an access key with kt key create --access")
    data = me.document.get("data", {})
    return ok("sign-in", f"{data.get('member', {}).get('email')} is {data.get('role')} of "
              f"{data.get('organization', {}).get('name')}")  # fmt: skip


async def _gateway(client: Client) -> Finding:
    ready = await client.gateway("/readyz")
    if ready.status != 200:
        return failed("gateway", _detail(ready), "see kt logs gateway")
    version = str(ready.document.get("config_version", ""))[:12]
    if ready.document.get("status") == "degraded":
        return warning("gateway", "serves, but the directory is getting old", "see kt logs processors")
    return ok("gateway", f"{ready.document.get('gateway')} answers at {client.gateway_url}, configuration {version}")


async def _providers(client: Client) -> Finding:
    ready = await client.gateway("/readyz")
    targets = ready.document.get("targets", [])
    if not targets:
        return warning("providers", "no provider is configured: calls get 503 no_provider",
                       "set OPENAI_API_KEY, or name targets under providers in the policy file")  # fmt: skip
    missing = [f"{target['id']}: {target.get('reason')}" for target in targets if not target["available"]]
    if missing:
        return warning("providers", "; ".join(missing), "set it and start the gateway again")
    return ok("providers", ", ".join(target["id"] for target in targets) + " can be called")


async def _canary(client: Client) -> Finding:
    """Send a call that costs nothing (the list of models) and time it through every hop."""
    started = time.monotonic()
    answer = await client.gateway("/v1/models")
    if answer.status != 200:
        return failed("canary", _detail(answer), "see kt logs gateway; kt env prints a valid gateway key")
    hops = {"gateway and log": _since_ms(started)}
    position, request = answer.headers["x-keeptrusts-position"], answer.headers["x-request-id"]
    processed, projected = await asyncio.gather(
        _timed(client, f"/v1/wallets/balance?min_position={position}", started),
        _timed(client, f"/v1/events/{request}?min_position={position}", started),
    )
    hops |= {"processor": processed[1], "projection": projected[1]}
    shown = ", ".join(f"{hop} {value} ms" for hop, value in hops.items())
    if projected[0].status != 200:
        return failed(
            "canary", f"{request} did not arrive in the projection: {_detail(projected[0])}", "see kt logs api"
        )
    if processed[0].status != 200:
        return failed("canary", f"{request} was not processed in time: {_detail(processed[0])}",
                      "see kt logs processors")  # fmt: skip
    return ok("canary", f"{request}: {shown}", hops_ms=hops)


async def _wallets(client: Client) -> Finding:
    wallets = await client.api("/v1/wallets")
    if wallets.status != 200:
        return failed("wallets", _detail(wallets), "see kt logs api")
    data = wallets.document.get("data", [])
    low = [wallet["owner_name"] or wallet["id"] for wallet in data if _is_low(wallet)]
    if low:
        return warning("wallets", "nearly empty: " + ", ".join(low), "kt wallet allocate --team TEAM --amount AMOUNT")
    return ok("wallets", f"{len(data)} wallets, none nearly empty" if data else "no wallets: calls are unmetered")


async def _timed(client: Client, path: str, started: float) -> tuple[Answer, int]:
    answer = await client.api(path)
    return answer, _since_ms(started)


def _since_ms(started: float) -> int:
    return round((time.monotonic() - started) * 1000)


def _is_low(wallet: dict[str, str]) -> bool:
    """Say whether little is unspent; what gateways have borrowed is not spent."""
    funded, unspent = parse_usd(wallet["funded"]), parse_usd(wallet["available"]) + parse_usd(wallet["leased"])
    return funded > 0 and unspent * 100 < funded * LOW_WALLET_PERCENT


def _detail(answer: Answer) -> str:
    return str(answer.document.get("detail") or f"status {answer.status}")
