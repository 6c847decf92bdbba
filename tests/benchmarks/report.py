"""Writes docs/benchmarks.md and docs/benchmarks.svg from a run's results: `python report.py RESULTS DIRECTORY`.

The same results always give the same bytes. The plot shows how much of its bar each figure uses: a bar that ends
left of the line keeps its promise.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Final

if __package__:
    from benchmarks.results import Result, read, shown
else:
    from results import Result, read, shown

ROW, TOP, LEFT, WIDTH, MARGIN = 22, 56, 470, 360, 90
MOST: Final = 1.5
KEPT, MISSED, INK, GRID = "#2f7d5b", "#b3402e", "#1f2933", "#c3ccd5"


def main(results: Path, directory: Path) -> None:
    found = read(results)
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "benchmarks.md").write_text(table(found))
    (directory / "benchmarks.svg").write_text(plot(found))
    print(f"{len(found)} results: {directory / 'benchmarks.md'}, {directory / 'benchmarks.svg'}")


def table(results: Sequence[Result]) -> str:
    """Give the page: every figure with its bar, and the plot."""
    lines = [
        "# Benchmarks",
        "",
        "Made by `make bench` on one machine, broker, services and load on the same cores. Ratios and CPU times carry",
        "over to other machines; times by the clock need a machine that does nothing else.",
        "",
        "![How much of its bar each figure uses](benchmarks.svg)",
        "",
        "| What | Measured | Bar | |",
        "|---|---:|---:|---|",
    ]
    lines += [_line(result) for result in results]
    return "\n".join(lines) + "\n"


def plot(results: Sequence[Result]) -> str:
    """Give an SVG with a bar for each figure that has one to meet."""
    rows = [(result, share) for result in results if (share := result.share) is not None]
    height = TOP + ROW * len(rows) + 30
    width = LEFT + WIDTH + MARGIN
    line = LEFT + WIDTH / MOST
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
        f' role="img" aria-label="Share of each bar that is used" font-family="sans-serif" font-size="12"'
        f' fill="{INK}">',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        '<text x="16" y="24" font-size="16" font-weight="bold">How much of its bar each figure uses</text>',
        f'<text x="{line:.1f}" y="{TOP - 10}" text-anchor="middle">the bar</text>',
    ]
    parts += [_bar(result, share, TOP + ROW * n) for n, (result, share) in enumerate(rows)]
    parts.append(
        f'<line x1="{line:.1f}" x2="{line:.1f}" y1="{TOP - 4}" y2="{height - 20}" stroke="{INK}"'
        ' stroke-dasharray="4 3"/>'
    )
    return "\n".join([*parts, "</svg>"]) + "\n"


def _line(result: Result) -> str:
    bar = "" if result.bar is None else f"{result.bound} {result.bar:,g} {result.unit}"
    share = result.share
    verdict = "" if share is None else "kept" if share <= 1 else "**missed**"
    return f"| {result.name} | {shown(result.value)} {result.unit} | {bar} | {verdict} |"


def _bar(result: Result, share: float, y: int) -> str:
    long = max(1.0, min(share, MOST) / MOST * WIDTH)
    colour = KEPT if share <= 1 else MISSED
    return (
        f'<line x1="{LEFT}" x2="{LEFT + WIDTH}" y1="{y + ROW - 3}" y2="{y + ROW - 3}" stroke="{GRID}"/>'
        f'<text x="{LEFT - 8}" y="{y + 14}" text-anchor="end">{escape(result.name)}</text>'
        f'<rect x="{LEFT}" y="{y + 3}" width="{long:.1f}" height="13" fill="{colour}"/>'
        f'<text x="{LEFT + long + 6:.1f}" y="{y + 14}">{escape(shown(result.value))} {escape(result.unit)}</text>'
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
