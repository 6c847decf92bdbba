"""Reads PromQL as far as dashboards and alerts use it: enough to tell a typing mistake, and what a query asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

FUNCTIONS: Final = frozenset({"rate", "increase", "histogram_quantile", "label_values"})
AGGREGATIONS: Final = frozenset({"sum", "max", "min", "avg", "count"})
GROUPINGS: Final = frozenset({"by", "without"})
ALWAYS: Final = frozenset({"job", "instance", "le"})
"""Labels that Prometheus itself gives."""
_TOKEN: Final = re.compile(
    r"""\s*(?:
      (?P<duration>\[(?:\d+[smhd]|\$__rate_interval)\])
    | (?P<number>\d+(?:\.\d+)?(?:e\d+)?)
    | (?P<string>"(?:[^"\\]|\\.)*")
    | (?P<name>[a-zA-Z_:][a-zA-Z0-9_:]*)
    | (?P<operator>==|!=|>=|<=|=~|!~|[-+*/><=(){},])
    )""",
    re.VERBOSE,
)


class PromqlError(ValueError):
    """A query that Prometheus would refuse."""


@dataclass(slots=True)
class Asked:
    """What a query asks for: each metric with the labels it is chosen by, and the labels results are grouped by."""

    metrics: dict[str, set[str]] = field(default_factory=dict)
    groups: list[tuple[set[str], set[str]]] = field(default_factory=list)
    """Labels, and the metrics they are asked of."""


def read(query: str) -> Asked:
    """Read a query. Raises PromqlError saying where it is wrong."""
    reader = _Reader(_tokens(query))
    reader.expression()
    if reader.peek() is not None:
        raise PromqlError(f"{reader.peek()!r} does not belong here: {query}")
    return reader.asked


def _tokens(query: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    position, query = 0, query.strip()
    while position < len(query):
        match = _TOKEN.match(query, position)
        if match is None or match.lastgroup is None:
            raise PromqlError(f"not readable from here: {query[position : position + 30]!r}")
        found.append((match.lastgroup, match.group(match.lastgroup)))
        position = match.end()
    return found


class _Reader:
    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._at = 0
        self.asked = Asked()

    def peek(self) -> str | None:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else None

    def expression(self) -> None:
        self._operand()
        while self.peek() in {"==", "!=", ">=", "<=", ">", "<", "+", "-", "*", "/"}:
            self._at += 1
            self._operand()

    def _operand(self) -> None:
        kind, text = self._next()
        if kind == "operator" and text == "-":
            self._operand()
        elif kind == "operator" and text == "(":
            self.expression()
            self._expect(")")
        elif kind == "name" and text in AGGREGATIONS:
            self._aggregation()
        elif kind == "name" and text in FUNCTIONS:
            self._expect("(")
            self._arguments()
        elif kind == "name":
            self._selector(text)
        elif kind != "number":
            raise PromqlError(f"{text!r} begins no expression")

    def _aggregation(self) -> None:
        labels: set[str] = set()
        if self.peek() in GROUPINGS:
            self._at += 1
            labels = self._names()
        before = {name: set(chosen) for name, chosen in self.asked.metrics.items()}
        self._expect("(")
        self._arguments()
        self.asked.groups.append((labels, self.asked.metrics.keys() - before.keys() or set(self.asked.metrics)))

    def _arguments(self) -> None:
        self.expression()
        while self.peek() == ",":
            self._at += 1
            self.expression()
        self._expect(")")

    def _selector(self, metric: str) -> None:
        chosen = self.asked.metrics.setdefault(metric, set())
        if self.peek() == "{":
            self._at += 1
            while self.peek() != "}":
                kind, label = self._next()
                _, operator = self._next()
                value_kind, value = self._next()
                if kind != "name" or operator not in {"=", "!=", "=~", "!~"} or value_kind != "string":
                    raise PromqlError(f"{label}{operator}{value} is no matcher")
                chosen.add(label)
                if self.peek() == ",":
                    self._at += 1
            self._expect("}")
        if self._at < len(self._tokens) and self._tokens[self._at][0] == "duration":
            self._at += 1

    def _names(self) -> set[str]:
        self._expect("(")
        names: set[str] = set()
        while self.peek() != ")":
            kind, text = self._next()
            if kind != "name":
                raise PromqlError(f"{text!r} is no label")
            names.add(text)
            if self.peek() == ",":
                self._at += 1
        self._expect(")")
        return names

    def _next(self) -> tuple[str, str]:
        if self._at >= len(self._tokens):
            raise PromqlError("the query ends too early")
        self._at += 1
        return self._tokens[self._at - 1]

    def _expect(self, text: str) -> None:
        _, found = self._next()
        if found != text:
            raise PromqlError(f"{found!r} stands where {text!r} belongs")
