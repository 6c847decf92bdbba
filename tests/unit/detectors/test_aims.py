"""What detectors must find of the labelled corpus, and how seldom they may err on ordinary texts."""

from __future__ import annotations

import pytest
from support.evaluation import BEGINS, ENDS, Result, false_alarms, results_of_texts, written
from support.labelled_texts import SEED, labelled_texts, ordinary_texts
from support.labelled_values import kinds
from support.marked_texts import scanner

from keeptrusts.gateway.detectors.families.secrets import secret_rules
from keeptrusts.gateway.detectors.look import looking
from keeptrusts.gateway.detectors.scanner import Scanner
from keeptrusts.schemas.policy_document.kinds.entities import CIRCUMSTANCES, ENTITIES

EACH, ORDINARY = 12, 320
LEAST_F2, LEAST_F2_CONTEXTUAL = 0.99, 0.9
CREDENTIALS = frozenset(kind.name for kind in kinds()) - ENTITIES


@pytest.fixture(scope="module")
def credentials() -> Scanner:
    return looking(secret_rules())


def test_every_type_is_found_as_often_as_is_aimed_at(credentials: Scanner) -> None:
    texts = list(labelled_texts(EACH))
    personal = [one for one in results_of_texts(scanner(), texts) if one.kind not in CREDENTIALS | CIRCUMSTANCES]
    secret = [one for one in results_of_texts(credentials, texts) if one.kind in CREDENTIALS]
    aims = {kind.name: LEAST_F2_CONTEXTUAL if kind.contextual else LEAST_F2 for kind in kinds()}
    results = {one.kind: one for one in (*personal, *secret)}
    assert results.keys() == aims.keys(), f"seed {SEED}"
    short = {kind: results[kind] for kind, least in aims.items() if results[kind].f2 < least}
    assert short == {}, f"seed {SEED}"


def test_ordinary_technical_texts_raise_less_than_one_alarm_in_ten_thousand_words(credentials: Scanner) -> None:
    texts = list(ordinary_texts(ORDINARY))
    for looked, allowed in ((scanner(), CIRCUMSTANCES), (credentials, frozenset[str]())):
        found, words = false_alarms(looked, texts, allowed)
        assert words > 4_000 and found * 10_000 < words, f"seed {SEED}"


def test_what_nobody_looks_for_counts_as_missed_and_what_is_not_there_as_wrong(credentials: Scanner) -> None:
    texts = list(labelled_texts(2))
    missed = {one.kind: one for one in results_of_texts(credentials, texts)}
    assert missed["EMAIL"] == Result(kind="EMAIL", right=0, missed=2, wrong=0) and missed["EMAIL"].f2 == 0
    unlabelled = [type(one)(text=one.text, values=()) for one in texts]
    wrong = {one.kind: one for one in results_of_texts(scanner(), unlabelled)}
    assert wrong["IBAN"].wrong == 2 and wrong["IBAN"].precision == 0


def test_figures_are_written_between_the_marks() -> None:
    text = f"before\n{BEGINS}\nold\n{ENDS}\nafter\n"
    assert written(text, "new") == f"before\n{BEGINS}\nnew\n{ENDS}\nafter\n"
