"""How calls are paid for: the section of the document read into its value."""

from typing import Final

from keeptrusts.schemas.policy_document.checking import check_section
from keeptrusts.schemas.policy_document.document import WalletOptions
from keeptrusts.schemas.policy_document.findings import Code
from keeptrusts.schemas.policy_document.sections import WalletsSection
from keeptrusts.schemas.policy_document.sink import FindingSink
from keeptrusts.schemas.policy_document.source import Table

ENOUGH_WAIT_S: Final = 25
"""Money that a failed gateway held is free again after 20 seconds; whoever waits longer still gets it."""


def read_wallets(document: Table, sink: FindingSink) -> WalletOptions:
    """The wallets section; without one, its defaults."""
    entry = document.entries.get("wallets")
    section = check_section(WalletsSection, entry.value, sink, "wallets") if entry else None
    if entry is None or section is None:
        return WalletOptions()
    if 0 < section.max_wait_seconds < ENOUGH_WAIT_S:
        message = f"after {section.max_wait_seconds} s calls are refused that money held by a failed gateway could pay"
        sink.warning(Code.SHORT_WAIT, entry.key_mark, message, f"wait {ENOUGH_WAIT_S} seconds or more, or 0")
    return WalletOptions(
        max_wait_s=section.max_wait_seconds,
        default_max_output_tokens=section.default_max_output_tokens,
        shrink_to_fit=section.shrink_to_fit,
        estimate=section.estimate,
    )
