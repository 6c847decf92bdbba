"""Texts with labelled values in several styles, and ordinary ones that hold only what resembles them; all by a seed."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Final

from keeptrusts.schemas.frozen import frozen
from support.labelled_values import Kind, kinds, shaped

SEED: Final = 20_261_122
_STYLES: Final = (
    "{label}: {value}",
    "My {label} is {value}.",
    '{{"id": 7, "{key}": "{value}", "active": true}}',
    "{key}={value}",
    "Please change the {label} to {value} before Friday, thanks.",
    "| 17 | {label} | {value} |",
    "2026-03-04T12:00:01Z INFO request done {key}={value} status=200 took=35ms",
    "Hello,\n\nmy {label} is {value}\n\nKind regards",
    "The caller gave {label} {value} and asked to be called back.",
    "- {label}: {value}\n- state: open\n- order: 4471-22",
    "user: what do you need?\nassistant: Your {label}, please.\nuser: {label} {value}",
    "<{key}>{value}</{key}>",
)
_ORDINARY: Final = (
    "Order {order} was shipped with tracking number {tracking} and arrives on Tuesday.",
    "commit {sha} fixed the race in version {version}; build {build} is green.",
    "Total: {price} EUR, invoice {order}, 3 items at 19.99 each.",
    "def area(radius: float) -> float:\n    return 3.14159265358979 * radius ** 2  # step {build}",
    "Trace id {uuid}, request took 1245 ms, 99.95 percent of {build} calls were faster.",
    "SELECT id, total FROM orders WHERE id = {order} AND created > now() - interval '7 days';",
    "The checksum is {sha} and the file has {tracking} bytes.",
    "See chapter 12.4.1 and figure 3, ISBN 978-3-16-148410-0, pages 100-132.",
    "for i in range({build}): print(i, hex(i), '0x{short}')",
    "Model A-{build}, part number {order}-B, batch {short}, made in week 32.",
    "timestamp={epoch} level=warn retries=3 queue=orders.eu shard={build}",
    "The meeting is at 14:30 in room 4.17; bring 25 copies of the plan from 1998.",
    "pip install 'requests>={version}' && export RETRIES=5 BACKOFF=0.25",
    "token_count = 4096\nmax_tokens = 1024  # the secret of a good summary is brevity",
    "We measured 12.5, 13.1 and 14.9 degrees; the mean of 1000 runs was 13.5 with a deviation of 0.3.",
    "Ticket #{build}: the password field is empty after a refresh, and the username stays.",
)


@frozen
class Value:
    """A value in a text: its type and where it stands."""

    kind: str
    start: int
    end: int


@frozen
class LabelledText:
    """A text and the values in it."""

    text: str
    values: tuple[Value, ...]


def labelled_texts(each: int, seed: int = SEED) -> Iterator[LabelledText]:
    """Give so many texts of each type, styles and labels in turn."""
    chosen = Random(seed)
    for kind in kinds():
        for number in range(each):
            yield _labelled(kind, _STYLES[number % len(_STYLES)], chosen)


def _labelled(kind: Kind, style: str, chosen: Random) -> LabelledText:
    label, value = chosen.choice(kind.labels), kind.make(chosen)
    key = "".join(one if one.isalnum() else "_" for one in label.lower() if one != "'")
    before, after = style.split("{value}", 1)
    fill = {"label": label, "key": key}
    text = before.format(**fill)
    start = len(text)
    text += value + after.format(**fill)
    return LabelledText(text=text, values=(Value(kind=kind.name, start=start, end=start + len(value)),))


def ordinary_texts(count: int, seed: int = SEED) -> Iterator[str]:
    """Give so many texts in which nothing is to be found."""
    chosen = Random(seed)
    for number in range(count):
        yield _ORDINARY[number % len(_ORDINARY)].format(
            order=shaped(chosen, "#######"),
            tracking=shaped(chosen, "1##########7"),
            sha=shaped(chosen, "h" * 40),
            short=shaped(chosen, "hhhh"),
            version=shaped(chosen, "#.1#.#"),
            build=shaped(chosen, "4##"),
            price=shaped(chosen, "1##.99"),
            uuid=shaped(chosen, "hhhhhhhh-hhhh-4hhh-ahhh-hhhhhhhhhhhh"),
            epoch=shaped(chosen, "17########"),
        )
