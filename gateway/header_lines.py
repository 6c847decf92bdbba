"""Headers as lines of HTTP. One that holds a line break would be two, so it is never written as it is."""

from __future__ import annotations

from collections.abc import Mapping


def header_lines(headers: Mapping[str, str]) -> str | None:
    """Write headers, a line each; None when one of them would end its line, or holds a NUL."""
    text = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
    broken = text.count("\n") != len(headers) or text.count("\r") != len(headers) or "\0" in text
    return None if broken else text
