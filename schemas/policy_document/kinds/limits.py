"""Options of the kinds that count: requests, tokens and money."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from keeptrusts.schemas.policy_document.kinds.options import KindOptions, Section
from keeptrusts.schemas.policy_document.kinds.scalars import Count, Currency, Name, UsdAmount

_RATE_SPELLINGS = {
    "max_requests_per_minute": "requests_per_minute",
    "rpm": "requests_per_minute",
    "max_tokens_per_minute": "tokens_per_minute",
    "tpm": "tokens_per_minute",
    "parallel_requests": "max_parallel_requests",
}


class RateTier(Section):
    """Limits of one tier; an absent limit does not limit."""

    aliases: ClassVar[Mapping[str, str]] = _RATE_SPELLINGS
    requests_per_minute: Count | None = None
    tokens_per_minute: Count | None = None
    max_parallel_requests: Count | None = None


class RateLimitOptions(KindOptions):
    """Limits by tier; limits written without a tier belong to the tier that `per` names."""

    aliases: ClassVar[Mapping[str, str]] = {
        **_RATE_SPELLINGS,
        "key": "per_key",
        "user": "per_user",
        "team": "per_team",
    }
    requests_per_minute: Count | None = None
    tokens_per_minute: Count | None = None
    max_parallel_requests: Count | None = None
    per: Literal["key", "user", "team", "global"] = "key"
    per_key: RateTier = RateTier()
    per_user: RateTier = RateTier()
    per_team: RateTier = RateTier()
    global_: RateTier = Field(default=RateTier(), alias="global")
    action: Literal["block"] = "block"


class SpendLimitOptions(KindOptions):
    """Caps in nano-USD (US dollars in the file); `period` days and months are of `time_zone`."""

    aliases: ClassVar[Mapping[str, str]] = {
        "max_cost_per_request": "per_request_limit",
        "request_limit": "per_request_limit",
    }
    monthly_limit: UsdAmount | None = None
    daily_limit: UsdAmount | None = None
    per_request_limit: UsdAmount | None = None
    per: Literal["organization", "team", "user", "key"] = "team"
    currency: Currency = "USD"
    time_zone: Name = "UTC"
    action: Literal["block", "warn"] = "block"
