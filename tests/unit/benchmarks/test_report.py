"""The page and the plot of the measurements say what was measured, and which bars were missed."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from benchmarks.report import plot, table
from benchmarks.results import VARIABLE, Result, read, record

RESULTS = (
    Result(name="fast enough", value=120, unit="ms", bar=150),
    Result(name="too slow & <late>", value=400, unit="ms", bar=150),
    Result(name="rate", value=9_319.4, unit="events/s", bar=5_000, bound="at least"),
    Result(name="only told", value=0.5, unit="s"),
)


def test_what_is_recorded_is_read_back_and_the_last_of_a_name_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "results.jsonl"
    monkeypatch.setenv(VARIABLE, str(file))
    record("a", 1.0, "ms", 2.0)
    record("b", 3.0, "rows/s", 2.0, bound="at least")
    record("a", 4.0, "ms", 2.0)
    assert [(one.name, one.value) for one in read(file)] == [("a", 4.0), ("b", 3.0)]


def test_without_a_file_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    record("a", 1.0, "ms")
    assert list(tmp_path.iterdir()) == []


def test_the_table_says_which_bars_were_kept() -> None:
    lines = table(RESULTS).splitlines()
    assert "| fast enough | 120 ms | at most 150 ms | kept |" in lines
    assert "| too slow & <late> | 400 ms | at most 150 ms | **missed** |" in lines
    assert "| rate | 9,319 events/s | at least 5,000 events/s | kept |" in lines
    assert "| only told | 0.50 s |  |  |" in lines


def test_the_plot_is_well_formed_the_same_each_time_and_has_a_bar_for_each_promise() -> None:
    drawn = plot(RESULTS)
    assert drawn == plot(RESULTS)
    root = ElementTree.fromstring(drawn)
    bars = list(root.iter("{http://www.w3.org/2000/svg}rect"))[1:]
    assert len(bars) == 3
    assert [one.get("fill") for one in bars] == ["#2f7d5b", "#b3402e", "#2f7d5b"]
