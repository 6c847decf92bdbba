"""Charges in the columns of FOCUS, the FinOps Open Cost and Usage Specification, version 1.2.

Every mandatory column is there, empty where a gateway cannot know; its own begin with ``x_``. Costs are what was
recorded of the calls, in USD: no discount of a provider's invoice is known here, so all four are the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

COLUMNS: Final = (
    "BilledCost", "BillingAccountId", "BillingAccountName", "BillingCurrency", "BillingPeriodEnd",
    "BillingPeriodStart", "ChargeCategory", "ChargeClass", "ChargeDescription", "ChargeFrequency", "ChargePeriodEnd",
    "ChargePeriodStart", "ConsumedQuantity", "ConsumedUnit", "ContractedCost", "EffectiveCost", "InvoiceIssuerName",
    "ListCost", "PricingQuantity", "PricingUnit", "ProviderName", "PublisherName", "ResourceId", "ResourceName",
    "ResourceType", "ServiceCategory", "ServiceName", "SubAccountId", "SubAccountName", "x_InputTokens",
    "x_OutputTokens", "x_Requests", "x_User", "x_UserId",
)  # fmt: skip
_TOKENS: Final = "Tokens"


def charge(day: date, sums: Mapping[str, Any], *, org: str, org_name: str | None) -> dict[str, Any]:
    """Give the charge of a day's calls of one team and person to one model of a provider."""
    month = day.replace(day=1)
    tokens = (sums.get("input_tokens") or 0) + (sums.get("output_tokens") or 0)
    cost, provider, model = sums["cost"], sums["provider"], sums.get("model")
    return {
        "BilledCost": cost,
        "BillingAccountId": org,
        "BillingAccountName": org_name,
        "BillingCurrency": "USD",
        "BillingPeriodEnd": _begin((month + timedelta(days=31)).replace(day=1)),
        "BillingPeriodStart": _begin(month),
        "ChargeCategory": "Usage",
        "ChargeClass": None,
        "ChargeDescription": f"{model or 'unknown model'}, {sums.get('requests')} calls",
        "ChargeFrequency": "Usage-Based",
        "ChargePeriodEnd": _begin(day + timedelta(days=1)),
        "ChargePeriodStart": _begin(day),
        "ConsumedQuantity": tokens,
        "ConsumedUnit": _TOKENS,
        "ContractedCost": cost,
        "EffectiveCost": cost,
        "InvoiceIssuerName": provider,
        "ListCost": cost,
        "PricingQuantity": tokens,
        "PricingUnit": _TOKENS,
        "ProviderName": provider,
        "PublisherName": provider,
        "ResourceId": model,
        "ResourceName": model,
        "ResourceType": "Model",
        "ServiceCategory": "AI and Machine Learning",
        "ServiceName": "Model calls",
        "SubAccountId": sums.get("team_id"),
        "SubAccountName": sums.get("team"),
        "x_InputTokens": sums.get("input_tokens"),
        "x_OutputTokens": sums.get("output_tokens"),
        "x_Requests": sums.get("requests"),
        "x_User": sums.get("user"),
        "x_UserId": sums.get("user_id"),
    }


def _begin(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"
