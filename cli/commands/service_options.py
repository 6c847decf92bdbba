"""What the commands that run services share: the installation they belong to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keeptrusts.cli.installation import Installation


def this_installation(data_dir: Path | None = None) -> Installation:
    """Read the installation of the working directory or of KEEPTRUSTS_DATA_DIR; raises StackError."""
    from keeptrusts.cli.installation import read_installation
    from keeptrusts.cli.stack.data_dir import choose_data_dir, make_data_dir

    chosen = choose_data_dir(data_dir, working_dir=Path.cwd())
    make_data_dir(chosen)
    return read_installation(chosen)
