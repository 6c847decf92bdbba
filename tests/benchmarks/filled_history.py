"""A history of requests generated inside the store: as many rows as wanted, in seconds, from `numbers()` alone."""

from __future__ import annotations

from typing import Final

from keeptrusts.projections.store.protocol import Store

DAYS: Final = 30
_BLOCK: Final = 1_000_000
_PERIOD_US: Final = DAYS * 86_400 * 1_000_000
# Columns that are not named here have their type's default. `hashed` gives each row numbers of its own.
_ROWS: Final = """
INSERT INTO requests (org, request, time, team, user, role, key_id, project, gateway, endpoint, requested_model,
    stream, input_bytes, config_version, decided_verdict, decided_target, decided_provider, decided_model,
    decided_offset, state, verdict, reason, policy, target, provider, model, status, provider_status, attempts,
    usage_basis, input_tokens, output_tokens, cost, cost_state, latency_us, materialization_version, _partition,
    _offset)
WITH cityHash64(number) AS hashed, hashed % 40 AS person, bitShiftRight(hashed, 8) % 5 AS which,
    hashed % 50 = 0 AS refused, bitShiftRight(hashed, 16) % 2 AS second,
    ['gpt-4o', 'gpt-4o-mini', 'claude-sonnet-4-5', 'claude-haiku-4-5', 'gemini-2.5-flash'][which + 1] AS named,
    ['openai', 'openai', 'anthropic', 'anthropic', 'google'][which + 1] AS from_whom
SELECT '{org}', concat('req_', leftPad(hex(number), 24, '0')),
    fromUnixTimestamp64Micro(toInt64({start_us} + number * {apart_us} + hashed % {apart_us}), 'UTC'),
    concat('team_', toString(person % 8)), concat('mem_', toString(person)), 'member',
    concat('key_', toString(person)), concat('project-', toString(person % 6 + second)),
    concat('gw-', toString(person % 3)), '/v1/chat/completions', named, bitShiftRight(hashed, 32) % 2 = 0, 800, 'v1',
    if(refused, 'block', 'allow'), 't1', from_whom, named, number * 2, 'completed', if(refused, 'block', 'allow'),
    if(refused, 'model_not_allowed', ''), if(refused, 'model-access', ''), 't1', from_whom, named,
    if(refused, 403, if(hashed % 97 = 0, 502, 200)), 200, 1, 'reported', 100 + hashed % 900, 20 + hashed % 400,
    toInt64(1000 + hashed % 10000000), 'priced', 200000 + bitShiftRight(hashed, 20) % 3000000, 1, {partition},
    number * 2 + 1
FROM numbers({first}, {count})
"""


async def fill_requests(store: Store, *, org: str, rows: int, partition: int, start_us: int) -> None:
    """Put completed requests of 30 days in, oldest first, with the offsets 1, 3, 5, ... of one partition."""
    for first in range(0, rows, _BLOCK):
        await store.command(
            _ROWS.format(
                org=org, start_us=start_us, apart_us=_PERIOD_US // rows, partition=partition, first=first,
                count=min(_BLOCK, rows - first),
            )
        )  # fmt: skip
