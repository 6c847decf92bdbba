"""Findings: what a linter says about a line of a policy document, and the report that holds them."""

from enum import StrEnum
from typing import Literal

from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.policy_document.document import PolicyDocument

Severity = Literal["error", "warning", "info"]


class Code(StrEnum):
    """Stable codes of findings: errors first, then warnings (from 120), notes (from 140), and warnings again (150)."""

    SYNTAX = "KT101"
    UNKNOWN_VALUE = "KT102"
    UNKNOWN_KEY = "KT103"
    UNKNOWN_KIND = "KT104"
    WRONG_TYPE = "KT105"
    MISSING_KEY = "KT106"
    INVALID_VALUE = "KT107"
    DUPLICATE_KEY = "KT108"
    EMPTY = "KT109"
    TOO_LARGE = "KT110"
    NOT_UTF8 = "KT111"
    UNSUPPORTED_YAML = "KT112"
    CONFLICT = "KT113"
    UNKNOWN_TARGET = "KT114"
    VERSION_FORMAT = "KT120"
    ENABLED_MISSING = "KT121"
    UNKNOWN_TEAM = "KT122"
    AUDIT_ONLY_TEAM = "KT123"
    IMMUTABLE_FALSE = "KT124"
    NOT_ENFORCED = "KT125"
    NO_ENDPOINT = "KT126"
    CLEAR_TEXT_SECRET = "KT127"
    NEVER_RUNS = "KT128"
    SWITCHED_OFF = "KT129"
    UNKNOWN_PROVIDER = "KT130"
    NO_WEIGHT = "KT131"
    HIDDEN_MODEL = "KT132"
    UNSERVED_ALIAS = "KT133"
    TIMEOUT_CUT = "KT134"
    SHORT_WAIT = "KT135"
    UNREACHABLE = "KT136"
    REPEATED = "KT137"
    CONFLICTING_TARGETING = "KT138"
    CANNOT_FIRE = "KT139"
    DEFAULTS_USED = "KT140"
    PART_OF_A_FILE = "KT142"
    NO_PROVIDERS = "KT143"
    NO_PACK = "KT144"
    NOT_USED = "KT145"
    NESTED_REPEAT = "KT146"
    UNSERVED_MODEL = "KT150"
    NO_PRICE = "KT151"
    NO_SECRET = "KT152"
    WIDE_PATTERN = "KT153"
    ZERO_LIMIT = "KT154"
    UNKNOWN_GROUP = "KT155"
    NEVER_ALLOWED = "KT156"
    NO_COMPLIANT_TARGET = "KT157"


MEANINGS: dict[Code, str] = {
    Code.SYNTAX: "The text is not valid YAML.",
    Code.UNKNOWN_VALUE: "The value is not one of the words this key accepts.",
    Code.UNKNOWN_KEY: "Nothing reads this key.",
    Code.UNKNOWN_KIND: "There is no policy kind of this name.",
    Code.WRONG_TYPE: "The value has another type than this key needs.",
    Code.MISSING_KEY: "A key that this part needs is absent.",
    Code.INVALID_VALUE: "The value has the right type but is out of range or malformed.",
    Code.DUPLICATE_KEY: "The same key is written twice in one mapping.",
    Code.EMPTY: "The file holds no document.",
    Code.TOO_LARGE: "The file is larger, deeper or more repetitive than the linter reads.",
    Code.NOT_UTF8: "The file is not UTF-8 text.",
    Code.UNSUPPORTED_YAML: "The file uses a YAML feature that policy documents do not use.",
    Code.CONFLICT: "Two parts of the document contradict each other.",
    Code.UNKNOWN_TARGET: "No target has this id.",
    Code.VERSION_FORMAT: "pack.version is not MAJOR.MINOR.PATCH.",
    Code.ENABLED_MISSING: "pack.enabled is absent; the pack counts as enabled.",
    Code.UNKNOWN_TEAM: "The directory has no team with this slug.",
    Code.AUDIT_ONLY_TEAM: "A team ends up with no policy but audit-logger.",
    Code.IMMUTABLE_FALSE: "Records are always immutable.",
    Code.NOT_ENFORCED: "The entry needs a judgement that this version cannot make: it refuses the calls it applies to.",
    Code.NO_ENDPOINT: "The target needs an endpoint and is unavailable without one.",
    Code.CLEAR_TEXT_SECRET: "A secret is written into the file.",
    Code.NEVER_RUNS: "A policy is described but not part of the chain.",
    Code.SWITCHED_OFF: "The pack is switched off: none of its policies run.",
    Code.UNKNOWN_PROVIDER: "The provider is not a known vendor; it is used as OpenAI-compatible.",
    Code.NO_WEIGHT: "Every weight is 0, so all are chosen alike.",
    Code.HIDDEN_MODEL: "An alias has the name of a model, which can no longer be asked for.",
    Code.UNSERVED_ALIAS: "No target is known to serve what the alias stands for.",
    Code.TIMEOUT_CUT: "The time for one attempt is longer than the time for the whole call.",
    Code.SHORT_WAIT: "Calls stop waiting for money before what a failed gateway held is back.",
    Code.UNREACHABLE: "An entry before it refuses every call that would come to it.",
    Code.REPEATED: "An entry says the same as another one for the same callers, and runs once.",
    Code.CONFLICTING_TARGETING: "Entries of one kind are for the same callers and say different things.",
    Code.CANNOT_FIRE: "The policy has nothing to act on, or is for callers that do not exist.",
    Code.DEFAULTS_USED: "The kind runs with its default options.",
    Code.PART_OF_A_FILE: "The text is a part of a document and was checked as that part.",
    Code.NO_PROVIDERS: "Providers come from the standard environment variables.",
    Code.NO_PACK: "The document has no pack section.",
    Code.NOT_USED: "The key is read and checked, but this version does not act on it.",
    Code.NESTED_REPEAT: "A pattern repeats what repeats, which other engines need exponential time for.",
    Code.UNSERVED_MODEL: "No target serves the model.",
    Code.NO_PRICE: "No price is known for the model at the target.",
    Code.NO_SECRET: "The target's secret is not there, so the target is unavailable.",
    Code.WIDE_PATTERN: "The pattern is found in ordinary text.",
    Code.ZERO_LIMIT: "A limit of 0 refuses every call that it counts.",
    Code.UNKNOWN_GROUP: "The document declares no consumer group of this name.",
    Code.NEVER_ALLOWED: "A model is allowed in one place and kept out by another, which wins.",
    Code.NO_COMPLIANT_TARGET: "No target has declared what the policy demands about data.",
}


@frozen
class Finding:
    """One statement about one place; `line` and `column` count from 1, `width` is in characters.

    `excerpt` is the line itself with secrets masked, from the column `excerpt_from` on where it is long; empty when
    there is no such line.
    """

    code: Code
    severity: Severity
    message: str
    file: str
    line: int
    column: int
    width: int = 1
    excerpt: str = ""
    excerpt_from: int = 1
    suggestion: str = ""


@frozen
class LintReport:
    """All findings in reading order, and the document when there was no error."""

    findings: tuple[Finding, ...]
    document: PolicyDocument | None

    def count(self, severity: Severity) -> int:
        """Number of findings of one severity."""
        return sum(1 for finding in self.findings if finding.severity == severity)

    def exit_code(self, *, strict: bool = False) -> int:
        """0 when clean or warnings only, 2 on errors; `strict` counts warnings as errors."""
        if self.count("error") or (strict and self.count("warning")):
            return 2
        return 0
