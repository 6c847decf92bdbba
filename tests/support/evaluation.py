"""What detectors find of the labelled corpora: precision, recall and F2 by type, printed and written into the docs.

Run as ``python -m support.evaluation docs/detectors.md`` from this folder's parent: ``make eval-detectors`` does.
"""

from __future__ import annotations

import re
import sys
import sysconfig
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from keeptrusts.gateway.detectors.families.personal import rules_of_kinds
from keeptrusts.gateway.detectors.families.secrets import secret_rules
from keeptrusts.gateway.detectors.look import look, looking
from keeptrusts.gateway.detectors.rules import Finding
from keeptrusts.gateway.detectors.scanner import Scanner
from keeptrusts.gateway.policies.texts import Text
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.policy_document.kinds.entities import CIRCUMSTANCES, ENTITIES
from support.injection_corpora import UNSEEN, in_other_words, texts_of
from support.injections import Labelled, corpus
from support.judged_texts import SIGNS_ALONE, chain_of, judged
from support.labelled_texts import LabelledText, labelled_texts, ordinary_texts
from support.labelled_values import kinds

EACH: Final = 60
ORDINARY: Final = 1_600
AUTHORS: Final = frozenset({"EMAIL", "PERSON", "IP_ADDRESS"})
"""What really stands in sources of others: who wrote them, and examples of addresses."""
COVERED: Final = 0.8
"""How much of a value a finding must cover."""
BEGINS, ENDS = "<!-- made by make eval-detectors -->", "<!-- end -->"


@frozen
class Result:
    """Counts of one type: found, missed, and found where nothing is."""

    kind: str
    right: int
    missed: int
    wrong: int

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    @property
    def f2(self) -> float:
        """The mean of precision and recall that weighs recall four times."""
        both = 4 * self.precision + self.recall
        return 5 * self.precision * self.recall / both if both else 0.0


def data_scanner() -> Scanner:
    """Give a scanner for personal data and credentials, without what only circumstances make personal."""
    return looking((*rules_of_kinds(ENTITIES - CIRCUMSTANCES), *secret_rules()))


def results_of_texts(scanner: Scanner, texts: Iterable[LabelledText]) -> list[Result]:
    """Compare what is found with what is labelled, type by type."""
    right, missed, wrong = Counter[str](), Counter[str](), Counter[str]()
    for one in texts:
        found = look(scanner, one.text)
        for value in one.values:
            covering = [finding for finding in found if _covered(finding, value.start, value.end) >= COVERED]
            if any(finding.kind == value.kind for finding in covering):
                right[value.kind] += 1
            else:
                missed[value.kind] += 1
        for finding in found:
            if not any(
                finding.kind == value.kind and _covered(finding, value.start, value.end) for value in one.values
            ):
                wrong[finding.kind] += 1
    return [
        Result(kind=kind, right=right[kind], missed=missed[kind], wrong=wrong[kind])
        for kind in sorted({*right, *missed, *wrong})
    ]


def _covered(finding: Finding, start: int, end: int) -> float:
    return max(0, min(finding.end, end) - max(finding.start, start)) / (end - start)


def false_alarms(scanner: Scanner, texts: Iterable[str], allowed: frozenset[str] = frozenset()) -> tuple[int, int]:
    """Give how much is found in ordinary texts, but for kinds that are ``allowed``, and how many words they have."""
    words = found = 0
    for text in texts:
        words += len(re.findall(r"\w+", text))
        found += sum(one.kind not in allowed for one in look(scanner, text))
    return found, words


def results_of_injections(texts: Iterable[Labelled], options: str = "{}") -> Result:
    """Give how many attacks prompt-injection refuses, and how many innocent texts."""
    chain = chain_of("prompt-injection", options)
    said = Counter[tuple[bool, bool]]()
    for one in texts:
        outcome = judged(chain, (Text(path=("x",), channel=one.channel, text=one.text),))
        said[one.attack, outcome.verdict == "block"] += 1
    return Result(kind="prompt injection", right=said[True, True], missed=said[True, False], wrong=said[False, True])


def table() -> str:
    """Give all figures as a table in Markdown."""
    scanner = data_scanner()
    labelled = results_of_texts(scanner, labelled_texts(EACH))
    contextual = {kind.name for kind in kinds() if kind.contextual}
    lines = ["| Type | Precision | Recall | F2 |", "|---|---|---|---|"]
    known = {kind.name for kind in kinds()}
    for result in sorted(
        (one for one in labelled if one.kind in known), key=lambda one: (one.kind in contextual, one.kind)
    ):
        told = " (by its label)" if result.kind in contextual else ""
        lines.append(_row(f"`{result.kind}`{told}", result))
    lines.append(_row("prompt injection, usual wordings in 13 languages", results_of_injections(corpus())))
    lines.append(
        _row("prompt injection, unusual wordings, looked at", results_of_injections(in_other_words("looked_at")))
    )
    unseen = texts_of(UNSEEN)
    lines.append(_row("prompt injection, a corpus never learned from", results_of_injections(unseen)))
    lines.append(_row("the same by signs alone", results_of_injections(unseen, SIGNS_ALONE)))
    found, words = false_alarms(scanner, ordinary_texts(ORDINARY))
    more, others = false_alarms(scanner, sources(), AUTHORS)
    alarms = (found + more) / (words + others) * 10_000
    lines += ["", f"False alarms in 10,000 words of technical prose and code ({words + others:,} words): {alarms:.2f}."]
    return "\n".join(lines)


def _row(name: str, result: Result) -> str:
    return f"| {name} | {result.precision:.3f} | {result.recall:.3f} | {result.f2:.3f} |"


def sources() -> list[str]:
    """Give a part of the standard library's sources without their comments, in which authors and addresses stand."""
    paths = sorted(Path(sysconfig.get_path("stdlib")).glob("*.py"))[::6]
    return [re.sub(r"#.*", "", path.read_text(encoding="utf-8", errors="replace")) for path in paths]


def written(text: str, figures: str) -> str:
    """Give a document with the figures between its two marks. Raises ValueError where it has none."""
    before, rest = text.split(BEGINS, 1)
    return f"{before}{BEGINS}\n{figures}\n{ENDS}{rest.split(ENDS, 1)[1]}"


if __name__ == "__main__":
    figures = table()
    print(figures)
    for name in sys.argv[1:]:
        path = Path(name)
        path.write_text(written(path.read_text(encoding="utf-8"), figures), encoding="utf-8")
