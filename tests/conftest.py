"""What holds for every test: Hypothesis judges what code does, never how long one example took on a busy machine."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("keeptrusts", deadline=None)
settings.load_profile("keeptrusts")
