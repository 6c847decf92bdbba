"""The digits and letters of a matched text without what people write between them."""

from __future__ import annotations

from collections.abc import Sequence


def digits(text: str) -> list[int]:
    """Give the ASCII digits of a text as numbers, in order."""
    return [ord(char) - 48 for char in text if "0" <= char <= "9"]


def compact(text: str) -> str:
    """Give the ASCII letters and digits of a text, in upper case."""
    return "".join(char for char in text if char.isascii() and char.isalnum()).upper()


def weighted(numbers: Sequence[int], weights: Sequence[int]) -> int:
    """Give the sum of numbers times weights; the longer of the two loses its end."""
    return sum(number * weight for number, weight in zip(numbers, weights, strict=False))


def all_same(numbers: Sequence[int]) -> bool:
    """Say whether a number is one digit repeated: such pass many checks, and are nobody's."""
    return len(set(numbers)) <= 1
