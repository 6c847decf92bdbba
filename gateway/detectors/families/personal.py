"""All rules of the families, by group: what policies choose from."""

from __future__ import annotations

from keeptrusts.gateway.detectors.families import (
    addresses,
    africa,
    americas,
    asia,
    dates,
    documents,
    eastern_europe,
    email,
    email_in_words,
    europe,
    health,
    health_messages,
    network,
    oceania,
    payment,
    person_beside,
    person_lists,
    person_roles,
    persons,
    phones,
    places,
    united_kingdom,
    united_states,
)
from keeptrusts.gateway.detectors.rules import Rule


def personal_rules() -> tuple[Rule, ...]:
    """Give the rules for what tells who somebody is, where, and how to reach them."""
    return (
        *persons.RULES,
        *person_lists.RULES,
        *person_beside.RULES,
        *person_roles.RULES,
        *health_messages.RULES,
        *email.RULES,
        *email_in_words.RULES,
        *phones.RULES,
        *network.RULES,
        *places.RULES,
        *addresses.RULES,
        *dates.RULES,
        *documents.RULES,
        *united_states.RULES,
        *united_kingdom.RULES,
        *europe.RULES,
        *eastern_europe.RULES,
        *asia.RULES,
        *americas.RULES,
        *africa.RULES,
        *oceania.RULES,
    )


def payment_rules() -> tuple[Rule, ...]:
    """Give the rules for cards and accounts."""
    return payment.RULES


def health_rules() -> tuple[Rule, ...]:
    """Give the rules for patients, plans, providers, devices, and the other labelled numbers of HIPAA's Safe Harbor."""
    return health.RULES


def rules_of_kinds(wanted: frozenset[str]) -> tuple[Rule, ...]:
    """Give the rules of all families that find one of these kinds."""
    return tuple(rule for rule in (*personal_rules(), *payment_rules(), *health_rules()) if rule.kind in wanted)


def kinds() -> tuple[str, ...]:
    """Give every kind that some rule finds, sorted."""
    return tuple(sorted({rule.kind for rule in (*personal_rules(), *payment_rules(), *health_rules())}))
