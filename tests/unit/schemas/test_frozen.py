"""Frozen values: made like dataclasses, changed by nobody."""

from __future__ import annotations

import dataclasses
import pickle
from dataclasses import field

import pytest

from keeptrusts.schemas.frozen import frozen, replace


@frozen
class Price:
    """What something costs."""

    amount: int
    unit: str = "USD"
    tags: tuple[str, ...] = ()
    notes: dict[str, str] = field(default_factory=dict)
    secret: str = field(default="hidden", repr=False)

    @property
    def shown(self) -> str:
        return f"{self.amount} {self.unit}"


def test_is_made_of_keywords_with_defaults_and_compares_by_value() -> None:
    price = Price(amount=3)
    assert (price.amount, price.unit, price.tags, price.notes, price.shown) == (3, "USD", (), {}, "3 USD")
    assert price == Price(amount=3, unit="USD") != Price(amount=4)
    assert Price(amount=1).notes is not Price(amount=1).notes
    assert Price.__doc__ == "What something costs."


def test_takes_no_positions_no_unknown_and_no_missing_fields() -> None:
    for arguments, keywords in (((3,), {}), ((), {"amount": 3, "colour": "red"}), ((), {})):
        with pytest.raises(TypeError):
            Price(*arguments, **keywords)


def test_nothing_is_assigned_or_added_to_it() -> None:
    price = Price(amount=3)
    for name in ("amount", "colour"):
        with pytest.raises(AttributeError):
            setattr(price, name, 4)
    assert price.amount == 3


def test_what_is_not_to_be_shown_is_not_shown() -> None:
    assert repr(Price(amount=3)) == "Price(amount=3, unit='USD', tags=(), notes={})"


def test_is_replaced_copied_and_taken_apart_as_a_dataclass_is() -> None:
    price = Price(amount=3, tags=("a",))
    for changed in (replace(price, amount=4), dataclasses.replace(price, amount=4)):
        assert changed == Price(amount=4, tags=("a",))
    assert dataclasses.asdict(price)["tags"] == ("a",)
    assert pickle.loads(pickle.dumps(price)) == price


def test_two_kinds_with_the_same_fields_are_not_equal() -> None:
    @frozen
    class Weight:
        amount: int

    @frozen
    class Length:
        amount: int

    assert Weight(amount=1) != Length(amount=1)
    assert hash(Weight(amount=1)) == hash(Weight(amount=1))


def test_what_a_struct_cannot_do_is_refused_when_the_class_is_made() -> None:
    with pytest.raises(TypeError, match="init, compare and hash"):

        @frozen
        class _Computed:
            amount: int = field(init=False)

    with pytest.raises(TypeError, match="no base class"):

        @frozen
        class _Derived(Price):
            more: int = 0

    with pytest.raises(TypeError, match="super"):

        @frozen
        class _Upward:
            amount: int

            def __str__(self) -> str:
                return super().__str__()
