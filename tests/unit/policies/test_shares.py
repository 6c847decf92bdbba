"""Rate limits on shares: calls go by what was granted, or by a static part, and wait only where it helps."""

from __future__ import annotations

from dataclasses import replace

import pytest

from keeptrusts.gateway.policies.compile import CompiledDocument, compile_document
from keeptrusts.gateway.policies.protocol import RequestFacts
from keeptrusts.gateway.policies.rate_limit import RateLimit, WorkerShare
from keeptrusts.gateway.policies.rate_windows import SECOND_NS
from keeptrusts.gateway.policies.shares import NEVER, Share, ShareBook, Sharing
from keeptrusts.schemas.policy_document.kinds.limits import RateLimitOptions
from keeptrusts.schemas.policy_document.lint import lint_text

FACTS = RequestFacts(org="o", team_id="t1", team="eng", user="u1", key_id="k1", input_bytes=396)


def shared(book: ShareBook | None = None, before: RateLimit | None = None, **options: object) -> RateLimit:
    sharing = Sharing(scope="rate-limit/all", book=book or ShareBook())
    return RateLimit(RateLimitOptions.model_validate(options), WorkerShare(), before, sharing)


def share_of(policy: RateLimit, facts: RequestFacts = FACTS) -> Share:
    """The share that a first call lacks."""
    [want] = policy.lacking(facts, 0)
    return want.share


def grant(share: Share, level: int, ends_ns: int = 60 * SECOND_NS) -> Share:
    share.level, share.ends_ns, share.no_more_ns = level, ends_ns, 0
    return share


def test_calls_are_let_through_up_to_the_share_and_lack_more_while_the_limit_has_more() -> None:
    policy = shared(requests_per_minute=10)
    grant(share_of(policy), 3)
    assert [policy.evaluate(FACTS, 1).result for _ in range(3)] == ["allow"] * 3
    [want] = policy.lacking(FACTS, 1)
    assert (want.share.used(), want.count) == (3, 1)
    assert policy.evaluate(FACTS, 1).reason == "requests_per_minute_per_key"


@pytest.mark.parametrize("known", ["limit", "denial"])
def test_nobody_waits_where_it_cannot_help(known: str) -> None:
    policy = shared(requests_per_minute=3)
    share = grant(share_of(policy), 3 if known == "limit" else 2)
    for _ in range(share.level):
        policy.evaluate(FACTS, 0)
    if known == "denial":
        share.no_more_ns, share.retry_ns = 5 * SECOND_NS, 20 * SECOND_NS
    assert policy.lacking(FACTS, SECOND_NS) == ()
    refused = policy.evaluate(FACTS, SECOND_NS)
    assert refused.problem is not None
    assert refused.problem.retry_after_s == (59 if known == "limit" else 19)


@pytest.mark.parametrize(
    ("workers", "worker", "known", "part"),
    [(1, 0, 1, 10), (2, 0, 2, 5), (3, 0, 3, 4), (3, 2, 3, 3), (2, 0, 4, 2), (1, 0, 11, 0), (4, 1, 2, 3)],
)
def test_without_a_word_a_static_part_counts_and_says_so(workers: int, worker: int, known: int, part: int) -> None:
    book = ShareBook(own_workers=workers, worker=worker, workers=known)
    policy = shared(book, requests_per_minute=10)
    decisions = [policy.evaluate(FACTS, 0) for _ in range(11)]
    assert [one.reason for one in decisions if one.result == "allow"] == ["static_share"] * part
    assert {one.reason for one in decisions if one.result == "block"} == {"requests_per_minute_per_key_static_share"}
    assert book.static == part
    assert len(book.noted) == 1 and book.noted[0].asks > 0, "the ledger is asked all the same"


@pytest.mark.parametrize("total", [1, 2, 7, 60])
@pytest.mark.parametrize("workers", [1, 2, 3, 8])
def test_static_parts_of_all_workers_are_within_the_limit(total: int, workers: int) -> None:
    one_gateway = [ShareBook(own_workers=workers, worker=one, workers=workers).part(total) for one in range(workers)]
    assert sum(one_gateway) == total
    assert workers * ShareBook(own_workers=1, workers=workers).part(total) <= total


def test_a_share_in_use_is_noted_once_at_its_low_mark_and_once_its_renewal_is_due() -> None:
    book = ShareBook()
    policy = shared(book, requests_per_minute=100)
    share = grant(share_of(policy), 4)
    share.low = 2
    noted = []
    for _ in range(4):
        assert policy.lacking(FACTS, 0) == ()
        policy.evaluate(FACTS, 0)
        noted.append(len(book.noted))
    assert noted == [0, 0, 1, 1]
    grant(share, 50).noted = False
    share.low, share.renew_ns = NEVER, 30 * SECOND_NS
    for second in (29, 30, 31):
        policy.evaluate(FACTS, second * SECOND_NS)
        noted.append(len(book.noted))
    assert noted[-3:] == [1, 2, 2]


def test_a_call_larger_than_the_limit_needs_all_of_it() -> None:
    policy = shared(tokens_per_minute=50)  # the call is presumed to take 100
    [want] = policy.lacking(FACTS, 0)
    assert want.count == 50
    grant(want.share, 49)
    assert policy.lacking(FACTS, 0) and policy.evaluate(FACTS, 0).reason == "tokens_per_minute_per_key"
    grant(want.share, 50)
    assert policy.lacking(FACTS, 0) == () and policy.evaluate(FACTS, 0).result == "allow"


def test_what_fitted_is_looked_at_again_when_another_call_came_between() -> None:
    policy = shared(requests_per_minute=10)
    grant(share_of(policy), 1)
    other = replace(FACTS, stream=True)
    assert policy.lacking(FACTS, 0) == ()
    assert policy.evaluate(other, 0).result == "allow"
    assert policy.evaluate(FACTS, 0).result == "block"


def test_a_reload_keeps_counts_and_shares_under_the_smaller_number() -> None:
    before = shared(requests_per_minute=10)
    share = grant(share_of(before), 8)
    for _ in range(4):
        before.evaluate(FACTS, 0)
    smaller = shared(before=before, requests_per_minute=5)
    assert smaller.evaluate(FACTS, 0).result == "allow" and smaller.evaluate(FACTS, 0).result == "block"
    assert (share.total, share.level) == (5, 5)
    larger = shared(before=smaller, requests_per_minute=20)
    [want] = larger.lacking(FACTS, 0)
    assert want.share is share and (share.total, share.level, share.used()) == (20, 5, 5)


def compiled(policy: str, before: CompiledDocument | None = None) -> CompiledDocument:
    report = lint_text(policy, "policy.yaml")
    assert report.document is not None, report.findings
    return compile_document(report.document, before=before, shares=ShareBook() if before is None else before.shares)


def names_of(document: CompiledDocument, team: str = "eng") -> list[str]:
    chain = document.chain_for(team)
    return [want.share.limit for _, rates in chain.rates for want in rates.lacking(FACTS, 0)]


CHAIN = "policies:\n  chain:\n"
ALL = "    - rate-limit: {requests_per_minute: 10, per: team}\n"
ENG = "    - rate-limit: {requests_per_minute: 5, per: team, targeting: {teams: [eng]}}\n"


def test_a_limit_is_known_by_what_the_document_means_and_not_by_its_number() -> None:
    [plain] = names_of(compiled(CHAIN + ALL))
    assert plain == "rate-limit/all/team.own/requests_per_minute/t1"
    assert names_of(compiled(CHAIN + ALL.replace("10", "20"))) == [plain]
    observed = CHAIN + ALL.replace("per: team", "per: team, mode: observe")
    assert names_of(compiled(observed)) == [], "nobody waits for what only watches"
    twice = names_of(compiled(CHAIN + ALL + ALL.replace("10", "20")))
    assert twice == [plain, plain.replace("all/", "all.2/")]
    both, aimed = names_of(compiled(CHAIN + ALL + ENG))
    assert both == plain and "/all" not in aimed
    assert names_of(compiled(CHAIN + ENG.replace("5", "7"))) == [aimed]


def test_an_entry_that_goes_by_another_name_after_a_reload_does_so_in_a_running_gateway_too() -> None:
    before = compiled(CHAIN + ALL)
    now = CHAIN + ALL.replace("10", "20") + ALL
    assert names_of(compiled(now, before)) == names_of(compiled(now))


def test_a_long_caller_is_named_by_a_hash() -> None:
    policy = shared(requests_per_minute=10, per="user")
    limit = share_of(policy, replace(FACTS, user="external:" + "x" * 500)).limit
    assert len(limit) < 150 and "sha256:" in limit
