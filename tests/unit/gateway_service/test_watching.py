"""Changes of files are noticed however they are made; a file that is just being replaced is given a second look."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from keeptrusts.cli.gateway_service.watching import FileWatch


def rewrite(path: Path) -> None:
    path.write_text("two")


def rewrite_within_one_tick(path: Path) -> None:
    before = path.stat()
    path.write_text("two")  # as long as before
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def replace(path: Path) -> None:
    new = path.with_name("new")
    new.write_text("two")
    os.replace(new, path)


CHANGES = {"written again": rewrite, "within one tick of the clock": rewrite_within_one_tick, "replaced": replace}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_change_is_noticed_once(tmp_path: Path, change: Callable[[Path], None]) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text("one")
    watch = FileWatch([path])
    assert not watch.changed()
    change(path)
    assert watch.changed()
    assert not watch.changed()


def test_a_link_that_kubernetes_turns_to_another_directory_is_a_change(tmp_path: Path) -> None:
    for name, text in (("v1", "one"), ("v2", "two")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "policy.yaml").write_text(text)
    data, policy = tmp_path / "..data", tmp_path / "policy.yaml"
    data.symlink_to("v1")
    policy.symlink_to(Path("..data") / "policy.yaml")
    watch = FileWatch([policy])
    turned = tmp_path / "..data_tmp"
    turned.symlink_to("v2")
    os.replace(turned, data)
    assert watch.changed()


def test_a_touched_file_is_no_change(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text("one")
    watch = FileWatch([path])
    os.utime(path, (1, 1))
    assert not watch.changed()


def test_a_file_that_is_missing_for_a_moment_is_no_change_and_one_that_stays_away_is(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text("one")
    watch = FileWatch([path])
    path.unlink()
    assert not watch.changed()
    path.write_text("one")
    assert not watch.changed()
    path.unlink()
    assert not watch.changed()
    assert watch.changed(), "it stays away"
    assert not watch.changed(), "which is said once"
    path.write_text("one")
    assert watch.changed()
