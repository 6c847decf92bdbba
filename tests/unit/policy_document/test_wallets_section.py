"""How calls are paid for is read, has defaults, and what is no option or makes no sense is found."""

from __future__ import annotations

import pytest
from support.routing import read

from keeptrusts.schemas.policy_document.document import WalletOptions
from keeptrusts.schemas.policy_document.lint import lint_text


def findings(text: str) -> list[tuple[str, str]]:
    return [(one.code.value, one.severity) for one in lint_text(text, "f.yaml").findings]


@pytest.mark.parametrize(
    ("section", "options"),
    [
        ("{}", WalletOptions()),
        (
            "{max_wait_seconds: 60, default_max_output_tokens: 512, shrink_to_fit: true, estimate: typical}",
            WalletOptions(max_wait_s=60, default_max_output_tokens=512, shrink_to_fit=True, estimate="typical"),
        ),
        ("{max_wait: 0, default_max_tokens: 100}", WalletOptions(max_wait_s=0, default_max_output_tokens=100)),
    ],
)
def test_the_options_are_read_in_either_spelling(section: str, options: WalletOptions) -> None:
    assert read(f"wallets: {section}").wallets == options


def test_without_the_section_calls_wait_and_only_bounded_ones_are_paid() -> None:
    assert read("policies: []").wallets == WalletOptions(
        max_wait_s=30, default_max_output_tokens=4096, shrink_to_fit=False, estimate="bounded"
    )


WRONG = [
    ("another estimate", "{estimate: average}", ("KT102", "error")),
    ("another key", "{max_wait_secs: 30}", ("KT103", "error")),
    ("no mapping", "[30]", ("KT105", "error")),
    ("a negative wait", "{max_wait_seconds: -1}", ("KT107", "error")),
    ("a wait without end", "{max_wait_seconds: 601}", ("KT107", "error")),
    ("an answer too short for some providers", "{default_max_output_tokens: 15}", ("KT107", "error")),
    ("a switch that is none", "{shrink_to_fit: 2}", ("KT105", "error")),
    ("a wait shorter than a failed gateway holds money", "{max_wait_seconds: 24}", ("KT135", "warning")),
]


@pytest.mark.parametrize(("name", "section", "finding"), WRONG, ids=[one[0] for one in WRONG])
def test_what_makes_no_sense_is_found(name: str, section: str, finding: tuple[str, str]) -> None:
    assert finding in findings(f"wallets: {section}")


@pytest.mark.parametrize("wait", [0, 25, 600])
def test_these_waits_are_fine(wait: int) -> None:
    assert findings(f"wallets: {{max_wait_seconds: {wait}}}") == findings("wallets: {}")
