"""Reads a gateway's metrics by name: those without labels, as numbers."""

from __future__ import annotations

from support.stack import request


def metrics(port: int) -> dict[str, float]:
    """Give the samples of a gateway's page that have no labels."""
    page = request("GET", f"http://127.0.0.1:{port}/metrics").body.decode()
    lines = (line.split() for line in page.splitlines() if line and not line.startswith("#") and "{" not in line)
    return {name: float(value) for name, value, *_ in lines}
