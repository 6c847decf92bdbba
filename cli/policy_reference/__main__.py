"""``python -m keeptrusts.cli.policy_reference``: writes the reference pages of policy files into docs/."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from keeptrusts.cli.policy_reference.codes_page import codes_page
from keeptrusts.cli.policy_reference.kinds_page import kinds_page


def pages() -> Mapping[str, str]:
    """Every page by its file's name."""
    return {"policies.md": kinds_page(), "lint.md": codes_page()}


def write(folder: Path) -> None:
    """Write the pages that differ."""
    for name, text in pages().items():
        path = folder / name
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")


if __name__ == "__main__":
    write(Path(__file__).resolve().parents[2] / "docs")
