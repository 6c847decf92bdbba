"""Records what a run measures: one JSON line a value, appended to the file that BENCH_RESULTS names."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Literal

VARIABLE: Final = "BENCH_RESULTS"
Bound = Literal["at most", "at least"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One measured value. ``bar`` is the figure it must not cross, on the side that ``bound`` says."""

    name: str
    value: float
    unit: str
    bar: float | None = None
    bound: Bound = "at most"

    @property
    def share(self) -> float | None:
        """Give how much of the bar is used up: 1 is just at it, above 1 is missed; None without a bar."""
        if self.bar is None or self.bar == 0 or self.value == 0:
            return None
        return self.value / self.bar if self.bound == "at most" else self.bar / self.value


def record(name: str, value: float, unit: str, bar: float | None = None, *, bound: Bound = "at most") -> None:
    """Print a value beside its bar, and append it to the results of this run if they are kept."""
    result = Result(name=name, value=value, unit=unit, bar=bar, bound=bound)
    beside = "" if bar is None else f" ({bound} {bar:,g})"
    print(f"\n{name}: {shown(value)} {unit}{beside}", flush=True)
    file = os.environ.get(VARIABLE)
    if file:
        with Path(file).open("a") as lines:
            lines.write(json.dumps(asdict(result)) + "\n")


def read(file: Path) -> list[Result]:
    """Give the recorded results in their order; the last of a name counts, at the place of its first."""
    found: dict[str, Result] = {}
    for line in file.read_text().splitlines():
        result = Result(**json.loads(line))
        found[result.name] = result
    return list(found.values())


def shown(value: float) -> str:
    """Write a figure with as many digits as a reader needs."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
