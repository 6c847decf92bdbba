"""`kt` as tests call it in their own process."""

from __future__ import annotations

from collections.abc import Callable

from click.testing import Result

Kt = Callable[..., Result]

TOKEN = "kt_ak_" + "t" * 40
