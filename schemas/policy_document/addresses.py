"""Findings about where a target is and which wire it speaks there: endpoint, region, format, versions."""

from keeptrusts.schemas.policy_document.findings import Code
from keeptrusts.schemas.policy_document.sections import TargetSection
from keeptrusts.schemas.policy_document.sink import FindingSink, quoted
from keeptrusts.schemas.policy_document.source import Entry, Table
from keeptrusts.schemas.policy_document.vendors import VENDORS, Wire

_OWN_KEYS = (
    ("azure_api_version", "azure", ("azure_api_version", "api_version")),
    ("azure_deployment", "azure", ("azure_deployment", "deployment")),
    ("aws_region", "bedrock", ("aws_region", "region")),
)
"""Keys that only one vendor's targets read: the field, the vendor, and how it may be written."""


def check_address(section: TargetSection, vendor: str, table: Table, sink: FindingSink) -> None:
    """Put what is wrong with a target's address into the sink; `vendor` is the vendor's own name."""
    if vendor == "azure" and section.base_url is None:
        message = "an Azure target without an endpoint is unavailable"
        sink.warning(Code.NO_ENDPOINT, table.mark, message, "add endpoint: https://NAME.openai.azure.com")
    if vendor == "bedrock" and section.base_url is None and section.aws_region is None:
        message = "a Bedrock target without a region is unavailable where AWS_REGION is not set"
        sink.warning(Code.NO_ENDPOINT, table.mark, message, "add region: us-east-1")
    if section.format is not None:
        _check_format(section, section.format, vendor, table, sink)
    for name, owner, spellings in _OWN_KEYS:
        if getattr(section, name) is not None and vendor != owner:
            message = f"{quoted(name)} is read for {owner} targets only; this one is {vendor}"
            sink.info(Code.NOT_USED, _written(table, spellings).key_mark, message)


def allowed_formats(vendor: str, *, own_address: bool) -> tuple[Wire, ...]:
    """The wires that a vendor's targets can speak; at an address of one's own it may be either of the common ones."""
    known = VENDORS.get(vendor)
    wires: list[Wire] = ["openai" if known is None else known.wire]
    if known is not None and known.compatible_base_url is not None:
        wires.append("openai")
    if own_address:
        wires += ["openai", "anthropic"]
    return tuple(dict.fromkeys(wires))


def _check_format(section: TargetSection, form: Wire, vendor: str, table: Table, sink: FindingSink) -> None:
    allowed = allowed_formats(vendor, own_address=section.base_url is not None)
    if form in allowed:
        return
    message = f"{vendor} targets do not speak {quoted(form)}"
    fix = f"use {' or '.join(allowed)}, or give the base_url of a server that speaks it"
    sink.error(Code.CONFLICT, _written(table, ("format", "provider_type")).value.mark, message, fix)


def _written(table: Table, spellings: tuple[str, ...]) -> Entry:
    """The entry that holds a field, in whichever spelling; called only for fields that are set."""
    return next(table.entries[spelling] for spelling in spellings if spelling in table.entries)
