"""Payment cards: the issuers' number ranges and lengths (ISO/IEC 7812, the networks' public range tables), and Luhn."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.detectors.checks.digits import all_same, digits
from keeptrusts.gateway.detectors.checks.luhn import luhn_sum

_RANGES: Final[tuple[tuple[int, int, frozenset[int]], ...]] = (
    (222100, 272099, frozenset({16})),  # Mastercard
    (300000, 305999, frozenset({14, 16})),  # Diners Club
    (309500, 309599, frozenset({14, 16})),
    (340000, 349999, frozenset({15})),  # American Express
    (352800, 358999, frozenset({15, 16, 17, 18, 19})),  # JCB
    (213100, 213199, frozenset({15})),
    (180000, 180099, frozenset({15})),
    (360000, 369999, frozenset({14, 16, 17, 18, 19})),  # Diners Club
    (370000, 379999, frozenset({15})),  # American Express
    (380000, 399999, frozenset({14, 16, 17, 18, 19})),
    (400000, 499999, frozenset({13, 16, 19})),  # Visa
    (500000, 509999, frozenset({12, 13, 14, 15, 16, 17, 18, 19})),  # Maestro, RuPay, Elo
    (510000, 559999, frozenset({16})),  # Mastercard
    (560000, 589999, frozenset({12, 13, 14, 15, 16, 17, 18, 19})),  # Maestro
    (600000, 609999, frozenset({12, 13, 14, 15, 16, 17, 18, 19})),  # Discover, Hipercard, RuPay
    (620000, 629999, frozenset({16, 17, 18, 19})),  # UnionPay
    (630000, 639999, frozenset({12, 13, 14, 15, 16, 17, 18, 19})),
    (640000, 659999, frozenset({16, 17, 18, 19})),  # Discover
    (670000, 679999, frozenset({12, 13, 14, 15, 16, 17, 18, 19})),  # Maestro
    (810000, 819999, frozenset({16, 17, 18, 19})),  # UnionPay
    (860000, 869999, frozenset({16})),  # Uzcard, Humo
    (979200, 979299, frozenset({16})),  # Troy
)


def card(text: str) -> bool:
    """Say whether a text holds a card's number: an issuer's range, its length, and Luhn."""
    numbers = digits(text)
    if not 12 <= len(numbers) <= 19 or luhn_sum(numbers) % 10 or all_same(numbers):
        return False
    return issued(numbers)


def issued(numbers: list[int]) -> bool:
    """Say whether a network gives out numbers that begin so, in this length."""
    prefix = int("".join(map(str, numbers[:6])))
    return any(first <= prefix <= last and len(numbers) in lengths for first, last, lengths in _RANGES)
