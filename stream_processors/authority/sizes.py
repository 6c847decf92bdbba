"""How long and how many: every bound of the money rules in one place, in milliseconds of ledger time."""

from __future__ import annotations

from typing import Final

from keeptrusts.schemas.events.money import HOLD_MS, LEASE_MS

GRACE_MS: Final = 5_000
"""How far the broker's append time may step back without harm; a lease is taken back this much after its end."""
LONGEST_HOLD_MS: Final = 24 * 3600 * 1000
"""The longest time a gateway may give a hold, such as one whose answer waits for a reviewer."""
CORRECTABLE_MS: Final = 24 * 3600 * 1000
"""A presumed hold may be corrected this long."""
PERIOD_KEPT_MS: Final = LONGEST_HOLD_MS + CORRECTABLE_MS + HOLD_MS
"""A budget's period is kept this long after its end: until no hold of it can be open and none be corrected."""
BURIED_MS: Final = LEASE_MS + 2 * GRACE_MS
"""A hold that ended before it came counts for nothing while its lease could live."""
REJECTED_MS: Final = HOLD_MS + GRACE_MS
"""A rejected hold is remembered until no charge for it can come."""
TICKET_MS: Final = 24 * 3600 * 1000
"""A parked ticket may be approved, and an approved one be redeemed, this long unless a person says otherwise."""
LONGEST_TICKET_MS: Final = 30 * 24 * 3600 * 1000
LONGEST_WAIT_MS: Final = 10 * 60 * 1000
"""The longest time a connection may wait for money."""
ASKED_LATELY_MS: Final = 60_000
"""Incarnations that were granted leases on an account within this time share what it has."""
IDEMPOTENCY_MS: Final = 24 * 3600 * 1000

assert HOLD_MS >= LEASE_MS + GRACE_MS, "a hold is never presumed while its lease can still be drawn on"

MOST_LEASES: Final = 50_000
MOST_SHARES: Final = 50_000
"""Shares of rate limits that one organization may have at once: callers of the last minutes, by limit and worker."""
SHARE_RECALL_MS: Final = 1_500
"""The word of a worker that was asked to give back is awaited this long; after that it is taken to be dead."""
SHARE_WAIT_MS: Final = 2_000
"""Calls wait this long for a share."""
SHARE_RETRY_MS: Final = 1_000
"""The shortest time after which it is worth asking again for what others use."""
MOST_WAITING: Final = 10_000
MOST_ESCALATIONS: Final = 2_000
"""Calls and answers of one organization that may wait for a person at once."""
MOST_ESCALATIONS_OF_ONE: Final = 200
"""Of them calls of one caller that were refused at once: whoever sends such a call in a loop fills nobody else's."""
MOST_ESCALATIONS_OF_TEAM: Final = 1_000
"""The same for a team, and for the callers without one: an application may call itself by a new name each time."""
MOST_WEBHOOKS: Final = 50
"""Webhooks of one organization."""
MOST_EXPORTS: Final = 1_000
"""Exports of one organization that are queued or kept."""
MOST_EXPORTS_OF_ONE: Final = 200
"""Of them those of one member: nobody fills what all share."""
MOST_EXPORT_TEAMS: Final = 200
"""Teams that an export may be of, unless it is of all."""
MOST_QUEUED_EXPORTS: Final = 20
MOST_QUEUED_EXPORTS_OF_ONE: Final = 5
MOST_EXPORTS_SWEPT: Final = 10
"""Exports that one entry ends, and schedules that it carries out: with long filters they are not small."""
MOST_SCHEDULES: Final = 100
"""Schedules of exports of one organization."""
MOST_SCHEDULES_OF_ONE: Final = 10
SCHEDULE_RETRY_S: Final = 15 * 60
"""A schedule that found no room tries again so much later."""
SCHEDULE_SETTLES_MS: Final = 15 * 60 * 1000
"""A schedule's export is asked for so much after its time: calls that had begun by then have ended."""
EXPORT_QUEUED_S: Final = 24 * 3600
"""An export that nobody has made by then is given up."""
EXPORT_KEPT_S: Final = 7 * 24 * 3600
"""How long an export's file can be read."""
LONGEST_REVIEW_S: Final = 7 * 24 * 3600
"""The longest time a call may wait for a person, whatever its gateway says."""
APPROVAL_S: Final = 3600
"""How long an approved call that was refused at once may be sent again."""
MOST_ENDED_ESCALATIONS: Final = 10_000
MOST_IDEMPOTENCY_KEYS: Final = 50_000
MOST_ENDED_TICKETS: Final = 10_000
MOST_SWEPT: Final = 100
"""Things whose time is up that one entry ends; the next entry or tick ends more."""
MOST_FUNDED: Final = 300
"""Tickets that one entry funds: as many as fit into a record."""

LOW_BALANCES_PERCENT: Final = (20, 10, 0)
"""What a wallet has left, of what it held when money last came in, at which its people are told."""
CAP_THRESHOLDS_PERCENT: Final = (50, 80, 100)
"""What of a policy's cap is spent when its people are told; budgets name their own."""
