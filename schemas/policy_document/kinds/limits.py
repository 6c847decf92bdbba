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
    requests_per_minute: Count | None = Field(None, description="Requests within any 60 seconds.")
    tokens_per_minute: Count | None = Field(None, description="Tokens within any 60 seconds, of requests and answers.")
    max_parallel_requests: Count | None = Field(None, description="Requests under way at the same time.")


class RateLimitOptions(KindOptions):
    """Limits by tier; limits written without a tier belong to the tier that `per` names."""

    aliases: ClassVar[Mapping[str, str]] = {
        **_RATE_SPELLINGS,
        "key": "per_key",
        "user": "per_user",
        "team": "per_team",
    }
    requests_per_minute: Count | None = Field(
        None, description="Requests within any 60 seconds, for each owner that per names."
    )
    tokens_per_minute: Count | None = Field(
        None, description="Tokens within any 60 seconds, of requests and answers, for each owner that per names."
    )
    max_parallel_requests: Count | None = Field(
        None, description="Requests under way at the same time, for each owner that per names."
    )
    per: Literal["key", "user", "team", "global"] = Field(
        "key", description="Whose limits these are: each key's, user's or team's, or everybody's together."
    )
    per_key: RateTier = Field(RateTier(), description="Limits of each key.")
    per_user: RateTier = Field(RateTier(), description="Limits of each user.")
    per_team: RateTier = Field(RateTier(), description="Limits of each team.")
    global_: RateTier = Field(default=RateTier(), alias="global", description="Limits of all calls together.")
    action: Literal["block"] = Field("block", description="Calls over a limit are refused, with the time to wait.")


class SpendLimitOptions(KindOptions):
    """Caps in nano-USD (US dollars in the file); `period` days and months are of `time_zone`."""

    aliases: ClassVar[Mapping[str, str]] = {
        "max_cost_per_request": "per_request_limit",
        "request_limit": "per_request_limit",
    }
    monthly_limit: UsdAmount | None = Field(None, description="US dollars a calendar month.")
    daily_limit: UsdAmount | None = Field(None, description="US dollars a day.")
    per_request_limit: UsdAmount | None = Field(
        None, description="US dollars that one request may cost at most, by its size and its longest answer."
    )
    per: Literal["organization", "team", "user", "key"] = Field(
        "team", description="Whose limits these are: of all together, or of each team, user or key."
    )
    currency: Currency = Field("USD", description="The currency of the limits.")
    time_zone: Name = Field("UTC", description="Where days and months begin, such as Europe/Berlin.")
    action: Literal["block", "warn"] = Field("block", description="Refuse calls over a limit, or only mark them.")
