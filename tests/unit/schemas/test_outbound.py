"""Where URLs of callers and documents may lead: every spelling of an inner address is refused, and nothing else."""

from __future__ import annotations

import pytest
from support.awkward_urls import INNER_ADDRESSES, LET_PASS, OUTER_ADDRESSES, REFUSED_AS_WRITTEN

from keeptrusts.schemas.outbound import PUBLIC_ONLY, may_connect, problem_of_url, rules_of


def test_the_table_of_forms_is_long_and_names_each_once() -> None:
    assert len(set(REFUSED_AS_WRITTEN)) == len(REFUSED_AS_WRITTEN) > 120


@pytest.mark.parametrize("url", REFUSED_AS_WRITTEN, ids=ascii)
def test_a_url_is_refused_as_it_is_written(url: str) -> None:
    problem = problem_of_url(url, PUBLIC_ONLY)
    assert problem is not None and problem.startswith(("must ", "is ", "leads "))
    assert len(url) < 10 or url not in problem


@pytest.mark.parametrize("url", LET_PASS)
def test_an_ordinary_url_is_let_pass(url: str) -> None:
    assert problem_of_url(url, PUBLIC_ONLY) is None


@pytest.mark.parametrize("address", INNER_ADDRESSES)
def test_nobody_connects_to_an_inner_address_whatever_named_it(address: str) -> None:
    assert not may_connect(address, PUBLIC_ONLY)


@pytest.mark.parametrize("address", OUTER_ADDRESSES)
def test_public_addresses_may_be_connected_to(address: str) -> None:
    assert may_connect(address, PUBLIC_ONLY)


@pytest.mark.parametrize(
    ("allowed", "url", "passes"),
    [
        ("127.0.0.1", "http://127.0.0.1:8080/x", True),
        ("127.0.0.0/8", "https://127.9.9.9/", True),
        ("127.0.0.1", "http://127.0.0.2/", False),
        ("10.0.0.0/8, hooks.corp.internal", "http://hooks.corp.internal/", True),
        ("hooks.corp.internal", "https://HOOKS.corp.internal./", True),
        ("hooks.corp.internal", "https://other.corp.internal/", False),
        ("::1", "http://[::1]:9/", True),
        ("10.0.0.0/8", "http://hooks.example.com/", False),
        ("127.0.0.1", "http://user@127.0.0.1/", False),
        ("127.0.0.1", "http://2130706433/", False),
        ("127.0.0.1", "file:///etc/passwd", False),
    ],
)
def test_an_operator_allows_networks_and_hosts(allowed: str, url: str, passes: bool) -> None:
    assert (problem_of_url(url, rules_of(allowed)) is None) == passes


def test_an_allowed_network_may_be_connected_to_and_nothing_beside_it() -> None:
    rules = rules_of(" 10.1.0.0/16 ,, ::1 ")
    assert may_connect("10.1.2.3", rules) and may_connect("::1", rules) and may_connect("1.1.1.1", rules)
    assert not may_connect("10.2.0.1", rules) and not may_connect("127.0.0.1", rules)


@pytest.mark.parametrize("text", ["10.0.0.1/8", "a b", "10.0.0.0/40", "https://x", "*", "user@host"])
def test_a_list_that_cannot_be_read_names_its_entry(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no network|is neither"):
        rules_of(text)
