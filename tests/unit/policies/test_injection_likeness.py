"""Attacks known by their likeness: on a corpus never learned from, and what is recorded of them."""

from __future__ import annotations

from support.evaluation import results_of_injections
from support.injection_corpora import UNSEEN, corpora, texts_of
from support.judged_texts import LIKE_AN_ATTACK, SIGNS_ALONE, chain_of, judged

from keeptrusts.gateway.policies.texts import Text

LEAST_RECALL, MOST_WRONG = 0.55, 0.025
TIMES_SIGNS = 1.8


def test_of_a_corpus_never_learned_from_likeness_finds_much_more_than_signs_and_hardly_errs() -> None:
    texts = texts_of(UNSEEN)
    result, signs = results_of_injections(texts), results_of_injections(texts, SIGNS_ALONE)
    innocent = sum(not one.attack for one in texts)
    print(f"{result.right} found, {signs.right} by signs; {result.wrong} of {innocent} wrong, {signs.wrong} by signs")
    assert result.recall >= LEAST_RECALL and result.right >= TIMES_SIGNS * signs.right
    assert result.wrong <= MOST_WRONG * innocent


def test_nothing_of_that_corpus_was_learned_from() -> None:
    learned = {one.text.strip().lower() for name in corpora() for one in texts_of(name)}
    assert UNSEEN not in corpora()
    assert not learned & {one.text.strip().lower() for one in texts_of(UNSEEN)}


def test_what_is_found_is_counted_by_its_kind_and_never_quoted() -> None:
    outcome = judged(chain_of("prompt-injection"), (Text(path=("x",), channel="user", text=LIKE_AN_ATTACK),))
    [result] = outcome.results
    assert result.findings == {"ATTACK_LIKENESS": 1}
    assert outcome.problem is not None
    assert "1 ATTACK_LIKENESS" in outcome.problem.text and "company" not in outcome.problem.text
