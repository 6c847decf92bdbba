"""Files of policy cases: read with the place of every case, or refused with findings like those of the linter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
import yaml

from keeptrusts.cli.policy_trials.calls import TrialCall
from keeptrusts.cli.policy_trials.case_sections import (
    MAX_CALLS,
    CallSection,
    CaseFileSection,
    CaseSection,
    ExpectSection,
    FactsSection,
    SeriesSection,
)
from keeptrusts.gateway.pipeline.read_call import read_call
from keeptrusts.gateway.policies.protocol import RequestFacts
from keeptrusts.schemas import errors
from keeptrusts.schemas.frozen import frozen, replace
from keeptrusts.schemas.policy_document.checking import check_section, describe
from keeptrusts.schemas.policy_document.findings import Code, Finding
from keeptrusts.schemas.policy_document.sink import FindingSink, did_you_mean, quoted
from keeptrusts.schemas.policy_document.source import (
    Entry,
    Mark,
    Node,
    Problem,
    ReadingLimits,
    Scalar,
    Sequence,
    Table,
    UnreadableSource,
    decode_source,
    plain_events,
    read_source,
)

SECOND_NS: Final = 1_000_000_000
MAX_CASES: Final = 10_000
MAX_BYTES: Final = 16 * 1024 * 1024
MAX_NODES: Final = 500_000
ENDPOINTS: Final[Mapping[str, str]] = {
    "chat": "/v1/chat/completions",
    "messages": "/v1/messages",
    "responses": "/v1/responses",
    "embeddings": "/v1/embeddings",
}
_DEFAULT_TEXT: Final = "Hello"
_ANTHROPIC_NEEDS: Final[Mapping[str, Any]] = {"max_tokens": 1024}
_OF_A_SERIES: Final = frozenset({*SeriesSection.model_fields, "calls"})
_TOP_KEYS: Final = (*CaseFileSection.model_fields, "defaults", "cases")


@frozen
class ExpectedCall:
    """A call, what is expected of it, and where it stands."""

    call: TrialCall
    section: CallSection
    mark: Mark

    @property
    def expect(self) -> ExpectSection:
        """What must come of it."""
        return self.section.expect


@frozen
class Case:
    """A name and the calls made under it, in the order of their times."""

    name: str
    mark: Mark
    calls: tuple[ExpectedCall, ...]


@frozen
class CaseFile:
    """A file as it was read. `policy` are the policy files it names, None for the one beside it.

    With errors among its findings there are no cases.
    """

    file: str
    findings: tuple[Finding, ...] = ()
    policy: tuple[str, ...] | None = None
    cases: tuple[Case, ...] = ()

    @property
    def valid(self) -> bool:
        """Whether it can be run."""
        return not any(finding.severity == "error" for finding in self.findings)


def read_case_file(data: bytes, file: str) -> CaseFile:
    """Read a file of YAML or JSON. Never raises: what is wrong with it is among the findings."""
    sink = FindingSink()
    text = data[:4096].decode("utf-8", "replace")
    read = None
    limits = ReadingLimits(max_bytes=MAX_BYTES, max_nodes=MAX_NODES, events=_quick_events)
    try:
        text = decode_source(data, file, limits)
        # A tab between the values of JSON is a blank; within them it is escaped, so nothing else is changed by this.
        tree = read_source(text.replace("\t", " ") if _is_json(text) else text, file, limits)
        for problem in tree.problems:
            sink.problem(problem)
        read = _Reader(file=file, sink=sink).read(tree.root)
    except UnreadableSource as error:
        sink.problem(_about_cases(error.problem))
    findings = sink.findings({file: text})
    if read is None or sink.has_errors:
        return CaseFile(file=file, findings=findings)
    return CaseFile(file=file, findings=findings, policy=read[0], cases=read[1])


def _is_json(text: str) -> bool:
    if not text.lstrip().startswith("{"):
        return False
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return True


def _about_cases(problem: Problem) -> Problem:
    return replace(problem, suggestion='start with "cases:"') if problem.code is Code.EMPTY else problem


def _quick_events(text: str) -> Iterator[yaml.Event]:
    """Read by the C reader, where it is there: cases are many, and it takes a tenth of the time.

    What it refuses is read again by the other one, which takes escapes of JSON that it does not, and says more.
    """
    quick = getattr(yaml, "CSafeLoader", None)
    if quick is not None:
        try:
            return iter(list(yaml.parse(text, Loader=quick)))
        except yaml.YAMLError:
            pass
    return plain_events(text)


@dataclass(slots=True)
class _Reader:
    """Reads one file's tree; every complaint goes into the sink."""

    file: str
    sink: FindingSink
    defaults: Mapping[str, Entry] = field(default_factory=dict)

    def read(self, root: Node) -> tuple[tuple[str, ...] | None, tuple[Case, ...]] | None:
        """The policy files named and the cases; None for what is no file of cases."""
        if not isinstance(root, Table):
            message = f'a file of cases is a mapping with the key "cases", found {describe(root)}'
            self.sink.error(Code.WRONG_TYPE, root.mark, message)
            return None
        for key, entry in root.entries.items():
            if key not in _TOP_KEYS:
                fix = did_you_mean(key, _TOP_KEYS) or f"known keys: {', '.join(_TOP_KEYS)}"
                self.sink.error(Code.UNKNOWN_KEY, entry.key_mark, f"unknown key {quoted(key)} in the file", fix)
        own = {key: entry for key, entry in root.entries.items() if key in CaseFileSection.model_fields}
        section = check_section(CaseFileSection, Table(mark=root.mark, entries=own), self.sink, "the file")
        items = root.value("cases")
        if not isinstance(items, Sequence) or not items.items:
            found = describe(items) if items is not None and not isinstance(items, Sequence) else "none"
            mark = root.mark if items is None else items.mark
            example = "cases: [{name: ..., text: ..., expect: block}]"
            self.sink.error(Code.MISSING_KEY, mark, f'"cases" needs a list of cases, found {found}', example)
            return None
        if len(items.items) > MAX_CASES:
            message = f"the file has {len(items.items)} cases, and {MAX_CASES} are the most"
            self.sink.error(Code.TOO_LARGE, items.items[MAX_CASES].mark, message, "split it")
            return None
        self.defaults = self._defaults(root.value("defaults"))
        return None if section is None else section.policy, self._cases(items)

    def _defaults(self, node: Node | None) -> Mapping[str, Entry]:
        if node is None or check_section(FactsSection, node, self.sink, "defaults") is None:
            return {}
        return node.entries if isinstance(node, Table) else {}

    def _cases(self, items: Sequence) -> tuple[Case, ...]:
        cases: list[Case] = []
        named: dict[str, Mark] = {}
        for item in items.items:
            case = self._case(item)
            if case is None:
                continue
            if case.name in named:
                message = f"the case {quoted(case.name)} stands twice; the first is in line {named[case.name].line}"
                self.sink.error(Code.CONFLICT, case.mark, message, "give each case a name of its own")
            named.setdefault(case.name, case.mark)
            cases.append(case)
        return tuple(cases)

    def _case(self, item: Node) -> Case | None:
        if not isinstance(item, Table):
            self.sink.error(Code.WRONG_TYPE, item.mark, f"a case needs a mapping (key: value), found {describe(item)}")
            return None
        if "calls" in item.entries:
            return self._series(item)
        section = check_section(CaseSection, self._with_defaults(item.entries, item.mark), self.sink, "case")
        if section is None:
            return None
        call = self._call(section, item)
        return None if call is None else Case(name=section.name, mark=item.mark, calls=(call,))

    def _series(self, item: Table) -> Case | None:
        own = {key: entry for key, entry in item.entries.items() if key in SeriesSection.model_fields}
        shared = {key: entry for key, entry in item.entries.items() if key not in _OF_A_SERIES}
        section = check_section(SeriesSection, Table(mark=item.mark, entries=own), self.sink, "case")
        items = item.value("calls")
        if not isinstance(items, Sequence) or not 0 < len(items.items) <= MAX_CALLS:
            message = f'"calls" needs a list of 1 to {MAX_CALLS} calls'
            self.sink.error(Code.WRONG_TYPE, item.mark if items is None else items.mark, message)
            return None
        read = [self._call_of_series(one, shared) for one in items.items]
        calls = sorted((call for call in read if call is not None), key=lambda one: one.call.at_ns)
        return None if section is None else Case(name=section.name, mark=item.mark, calls=tuple(calls))

    def _call_of_series(self, item: Node, shared: Mapping[str, Entry]) -> ExpectedCall | None:
        if not isinstance(item, Table):
            self.sink.error(Code.WRONG_TYPE, item.mark, f"a call needs a mapping (key: value), found {describe(item)}")
            return None
        table = self._with_defaults({**shared, **item.entries}, item.mark)
        section = check_section(CallSection, table, self.sink, "call")
        return None if section is None else self._call(section, item)

    def _with_defaults(self, entries: Mapping[str, Entry], mark: Mark) -> Table:
        return Table(mark=mark, entries={**self.defaults, **entries})

    def _call(self, section: CallSection, item: Table) -> ExpectedCall | None:
        call = described_call(section)
        if isinstance(call, errors.Problem):
            node = item.value("request") or item.value("messages") or item
            message = f"the gateway would not read this call: {call.param or 'body'}: {call.message}"
            self.sink.error(Code.INVALID_VALUE, node.mark, message, call.fix or "")
            return None
        mark = item.mark
        name = item.value("name")
        if isinstance(name, Scalar):
            mark = name.mark
        return ExpectedCall(call=call, section=section, mark=mark)


def described_call(section: CallSection) -> TrialCall | errors.Problem:
    """Give the call that a section describes; a problem where the gateway could not read its body."""
    try:
        body = orjson.dumps(_body(section), default=float)
    except (orjson.JSONEncodeError, TypeError):
        return errors.Problem(
            code="invalid_request", message="it holds something that JSON cannot say", param="request"
        )
    asked = read_call(section.api, body)
    if isinstance(asked, errors.Problem):
        return asked
    facts = RequestFacts(
        org="cases",
        team_id=section.team,
        team=section.team,
        user=section.user,
        user_email=section.user,
        role=section.role,
        key_id=section.key,
        consumer_group=section.consumer_group,
        project=section.project,
        authenticated=section.authenticated,
        gateway=section.gateway,
        endpoint=ENDPOINTS[section.api],
        requested_model=asked.model,
        candidate_model=section.routed_model,
        stream=asked.stream,
        input_bytes=len(asked.body),
        tools=asked.tools,
        headers={name.lower(): value for name, value in section.headers.items()},
    )
    spent = {"month": section.spent.month, "day": section.spent.day}
    return TrialCall(
        facts=facts,
        body=asked.document,
        answer=section.answer,
        moderation=None if section.moderation is None else orjson.dumps(section.moderation, default=float),
        cost=section.cost,
        spent={period: amount for period, amount in spent.items() if amount is not None},
        at_ns=int(section.at * SECOND_NS),
        lasts_ns=int(section.lasts * SECOND_NS),
        tokens=section.tokens,
    )


def _body(section: CallSection) -> dict[str, Any]:
    if section.request is not None:
        needed = _ANTHROPIC_NEEDS if section.api == "messages" else {}
        return {"model": section.model, **needed, **section.request}
    text = _DEFAULT_TEXT if section.text is None else section.text
    messages = [{"role": "user", "content": text}] if section.messages is None else list(section.messages)
    tools = [{"type": "function", "function": {"name": name}} for name in section.tools]
    return {"model": section.model, "messages": messages} | ({"tools": tools} if tools else {})
