"""Where checks put what they found: bounded, ordered, with excerpts that hide secrets."""

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from keeptrusts.schemas.policy_document.findings import Code, Finding, Severity
from keeptrusts.schemas.policy_document.source import Mark, Problem, shorten

MAX_FINDINGS = 200
MAX_EXCERPT = 200
_BEFORE = 60
"""How much of a long line is shown before the place."""
_AROUND = 2_000

_SECRET = re.compile(r"\b(sk-|kt_[a-z]{2}_|ghp_|gho_|xox[a-z]-|AKIA|AIza|gsk_)[A-Za-z0-9_\-]{8,}")
_IN_ADDRESS = re.compile(r"(?i)(://[^\s/:@]*:|[?&](?:api[_-]?key|key|token|secret|password|sig)=)([^\s@&\"'#]+)")
_SECRET_KEY = re.compile(r"(?i)([\"']?[\w-]*(api_?key|secret|password|token)[\"']?\s*:\s+)([^\s#,}{][^#,}]*)")


@dataclass(slots=True)
class FindingSink:
    """Collects findings of one run; `known_teams` is None when there is no directory to ask."""

    known_teams: frozenset[str] | None = None
    _found: list[tuple[Severity, Problem]] = field(default_factory=list)
    _left_out: int = 0

    def error(self, code: Code, mark: Mark, message: str, suggestion: str = "") -> None:
        """Something that keeps the document from being loaded."""
        self._add("error", Problem(code=code, mark=mark, message=message, suggestion=suggestion))

    def warning(self, code: Code, mark: Mark, message: str, suggestion: str = "") -> None:
        """Something that loads, but hardly as meant."""
        self._add("warning", Problem(code=code, mark=mark, message=message, suggestion=suggestion))

    def info(self, code: Code, mark: Mark, message: str, suggestion: str = "") -> None:
        """Something worth knowing."""
        self._add("info", Problem(code=code, mark=mark, message=message, suggestion=suggestion))

    def problem(self, problem: Problem) -> None:
        """A problem of reading, which is an error."""
        self._add("error", problem)

    @property
    def has_errors(self) -> bool:
        """Whether the document must not be loaded."""
        return any(severity == "error" for severity, _ in self._found)

    def findings(self, texts: Mapping[str, str]) -> tuple[Finding, ...]:
        """All findings by file and place, with the line each one is about."""
        lines = {file: text.splitlines() for file, text in texts.items()}
        order = {file: number for number, file in enumerate(texts)}
        ranked = sorted(self._found, key=lambda item: _place(item[1].mark, order))
        found = [_finding(severity, problem, lines) for severity, problem in ranked]
        if self._left_out:
            found.append(self._overflow(found[-1]))
        return tuple(found)

    def _overflow(self, last: Finding) -> Finding:
        message = f"{self._left_out} more findings are not shown"
        return Finding(
            code=Code.TOO_LARGE, severity="info", message=message, file=last.file, line=last.line, column=last.column
        )

    def _add(self, severity: Severity, problem: Problem) -> None:
        if len(self._found) < MAX_FINDINGS:
            if (severity, problem) not in self._found:
                self._found.append((severity, problem))
            return
        self._left_out += 1
        if severity == "error" and not self.has_errors:
            self._found[-1] = (severity, problem)


def did_you_mean(written: str, candidates: Iterable[str]) -> str:
    """The nearest accepted spelling as a suggestion, or an empty string."""
    near = difflib.get_close_matches(written[:60], list(candidates), n=1, cutoff=0.6)
    return f'did you mean "{near[0]}"?' if near else ""


def looks_like_a_secret(text: str) -> bool:
    """Whether a value holds a credential of a well-known shape."""
    return _SECRET.search(text) is not None


def hide_secrets(line: str) -> str:
    """The line with everything that looks like a secret written over, same length."""
    hidden = _SECRET.sub(lambda match: "*" * len(match.group()), line)
    hidden = _IN_ADDRESS.sub(lambda match: match.group(1) + "*" * len(match.group(2)), hidden)
    return _SECRET_KEY.sub(lambda match: match.group(1) + _stars(match.group(1), match.group(3)), hidden)


def _stars(key: str, value: str) -> str:
    # "secret_key_ref: OPENAI_API_KEY" names a variable; a reference is no secret.
    return value if "_ref" in key or value.startswith(("&", "*", "|", ">")) else "*" * len(value)


def _place(mark: Mark, order: Mapping[str, int]) -> tuple[int, int, int]:
    return order.get(mark.file, len(order)), mark.line, mark.column


def _finding(severity: Severity, problem: Problem, lines: Mapping[str, list[str]]) -> Finding:
    mark = problem.mark
    of_file = lines.get(mark.file, [])
    line = of_file[mark.line - 1] if mark.line <= len(of_file) else ""
    begin = max(0, mark.column - 1 - _BEFORE) if mark.column > MAX_EXCERPT - _BEFORE else 0
    return Finding(
        code=problem.code,
        severity=severity,
        message=_without_secrets(problem.message),
        file=mark.file,
        line=mark.line,
        column=mark.column,
        width=mark.width,
        excerpt=_excerpt(line, begin),
        excerpt_from=begin + 1,
        suggestion=_without_secrets(problem.suggestion),
    )


def _excerpt(line: str, begin: int) -> str:
    """A part of a line; what stands around it is read too, for a secret may begin or end there."""
    around = max(0, begin - _AROUND)
    hidden = hide_secrets(line[around : begin + MAX_EXCERPT + _AROUND])
    return _printable(hidden[begin - around : begin - around + MAX_EXCERPT]).rstrip()


def _without_secrets(words: str) -> str:
    return _printable(_SECRET.sub("***", words))


def _printable(words: str) -> str:
    """A file's bytes must not steer the terminal that shows them; the length stays the same."""
    return "".join(letter if letter.isprintable() or letter == "\t" else "\ufffd" for letter in words)


def quoted(text: str) -> str:
    """Text as it appears in a message."""
    return f'"{shorten(text)}"'
