"""Providers and consumer groups: every accepted target form into one Target."""

from datetime import date
from itertools import pairwise

from keeptrusts.schemas.frozen import replace
from keeptrusts.schemas.policy_document.addresses import check_address
from keeptrusts.schemas.policy_document.checking import check_section, describe
from keeptrusts.schemas.policy_document.document import (
    ConsumerGroup,
    DataPolicy,
    GroupModel,
    SecretReference,
    Target,
    TargetPricing,
)
from keeptrusts.schemas.policy_document.findings import Code
from keeptrusts.schemas.policy_document.sections import (
    ConsumerGroupSection,
    GroupModelSection,
    PricingSection,
    TargetSection,
)
from keeptrusts.schemas.policy_document.sink import FindingSink, did_you_mean, quoted
from keeptrusts.schemas.policy_document.source import Entry, Mark, Node, Scalar, Sequence, Table
from keeptrusts.schemas.policy_document.vendors import (
    Vendor,
    find_vendor,
    vendor_of_id,
    vendor_of_model,
    vendor_spellings,
)

PROVIDER_KEYS = ("targets", "consumer_groups", "strategy", "routing", "fallback", "circuit_breaker", "aliases")
_MODES = frozenset({"chat", "completion", "completions", "messages", "responses", "embeddings", "embedding"})


def read_targets(node: Node, sink: FindingSink) -> tuple[Target, ...]:
    """The list of targets; wrong ones are left out after a finding."""
    if not isinstance(node, Sequence):
        sink.error(Code.WRONG_TYPE, node.mark, f'"targets" needs a list, found {describe(node)}')
        return ()
    targets: list[Target] = []
    seen: dict[str, Mark] = {}
    for item in node.items:
        target = _read_target(item, sink)
        if target is None:
            continue
        if target.id in seen:
            message = f"target id {quoted(target.id)} is used twice; the first is in line {seen[target.id].line}"
            sink.error(Code.CONFLICT, item.mark, message, "give each target an id of its own")
            continue
        seen[target.id] = item.mark
        targets.append(target)
    return tuple(targets)


def read_groups(node: Node, sink: FindingSink) -> tuple[ConsumerGroup, ...]:
    """The list of consumer groups; names are unique."""
    if not isinstance(node, Sequence):
        sink.error(Code.WRONG_TYPE, node.mark, f'"consumer_groups" needs a list, found {describe(node)}')
        return ()
    groups: dict[str, ConsumerGroup] = {}
    for item in node.items:
        group = _read_group(item, sink)
        if group is None:
            continue
        if group.name in groups:
            sink.error(Code.CONFLICT, item.mark, f"consumer group {quoted(group.name)} is defined twice")
        groups.setdefault(group.name, group)
    return tuple(groups.values())


def _read_target(item: Node, sink: FindingSink) -> Target | None:
    if isinstance(item, Scalar) and isinstance(item.plain, str):
        entry = Entry(key_mark=item.mark, value=item)
        named = Scalar(mark=item.mark, text=item.text, plain=item.text.replace(":", "-"))
        item = Table(mark=item.mark, entries={"id": Entry(key_mark=item.mark, value=named), "provider": entry})
    if not isinstance(item, Table):
        sink.error(Code.WRONG_TYPE, item.mark, f"a target needs a mapping or a text, found {describe(item)}")
        return None
    table = _with_price_list(_lift_provider(item, sink))
    section = check_section(TargetSection, table, sink, "target")
    if section is None or not section.enabled:
        return None
    vendor_name, model = _vendor_and_model(section)
    identifier = section.id or "-".join(part for part in (vendor_name, model) if part)
    if not identifier:
        sink.error(Code.MISSING_KEY, item.mark, 'a target needs the key "id"', "for example id: openai")
        return None
    vendor = _vendor(section, vendor_name, identifier, table, sink)
    if vendor is None:
        return None
    _warn_about(section, vendor, table, sink)
    return _target(section, identifier, vendor, model, _pricing(section.pricing, table, sink))


def _with_price_list(table: Table) -> Table:
    """Prices written as one mapping become a list of one."""
    entry = table.entries.get("pricing")
    if entry is None or isinstance(entry.value, Sequence):
        return table
    items = (entry.value,) if isinstance(entry.value, Table) else ()
    if not items and not (isinstance(entry.value, Scalar) and entry.value.plain is None):
        return table
    prices = Entry(key_mark=entry.key_mark, value=Sequence(mark=entry.value.mark, items=items))
    return Table(mark=table.mark, entries={**table.entries, "pricing": prices})


def _pricing(sections: tuple[PricingSection, ...], table: Table, sink: FindingSink) -> TargetPricing:
    """All prices of a target by the day they begin; two of one day contradict each other."""
    ordered = sorted(sections, key=lambda one: (one.since is not None, one.since or date.min))
    for before, after in pairwise(ordered):
        if before.since == after.since:
            day = "without a day" if after.since is None else f"from {after.since}"
            message = f"two prices {day}"
            sink.error(Code.CONFLICT, table.entries["pricing"].key_mark, message, "give each one another day (from)")
    first = ordered.pop(0) if ordered and ordered[0].since is None else None
    return replace(_prices(first), later=tuple(_prices(section) for section in ordered))


def _prices(section: PricingSection | None) -> TargetPricing:
    if section is None:
        return TargetPricing()
    return TargetPricing(
        input_pico=section.input_per_million,
        output_pico=section.output_per_million,
        cache_read_pico=section.cache_read_per_million,
        cache_write_pico=section.cache_write_per_million,
        reasoning_pico=section.reasoning_per_million,
        since=section.since,
    )


def _lift_provider(table: Table, sink: FindingSink) -> Table:
    entry = table.entries.get("provider")
    if entry is None or not isinstance(entry.value, Table):
        return table
    entries = {key: value for key, value in table.entries.items() if key != "provider"}
    for key, inner in entry.value.entries.items():
        name = "provider" if key in ("name", "vendor", "id") else key
        if name in entries:
            message = f'"{key}" stands in the target and in its provider'
            sink.error(Code.CONFLICT, inner.key_mark, message, "keep one of them")
        entries.setdefault(name, inner)
    return Table(mark=table.mark, entries=entries)


def _vendor_and_model(section: TargetSection) -> tuple[str | None, str | None]:
    """ "openai:chat:gpt-4o" is the vendor, a mode that the request decides anyway, and the model."""
    if section.provider is None or ":" not in section.provider:
        return section.provider, section.model
    vendor, _, rest = section.provider.partition(":")
    mode, _, model = rest.partition(":")
    if mode not in _MODES:
        model = rest
    return vendor, section.model or model or None


def _vendor(section: TargetSection, name: str | None, identifier: str, table: Table, sink: FindingSink) -> str | None:
    entry = table.entries.get("provider") or table.entries.get("vendor") or table.entries.get("id")
    mark = entry.value.mark if entry else table.mark
    found: Vendor | None = find_vendor(name) if name else vendor_of_id(identifier)
    if found is not None:
        return found.name
    written = name or identifier
    if section.base_url is not None:
        message = f"provider {quoted(written)} is not a known vendor; it is used as OpenAI-compatible"
        sink.warning(Code.UNKNOWN_PROVIDER, mark, message)
        return written.lower()
    message = f"unknown provider {quoted(written)}"
    fix = did_you_mean(written.lower(), vendor_spellings())
    sink.error(Code.UNKNOWN_VALUE, mark, message, fix or "name a known vendor, or give base_url (OpenAI-compatible)")
    return None


def _warn_about(section: TargetSection, vendor: str, table: Table, sink: FindingSink) -> None:
    if section.api_key is not None:
        mark = table.entries["api_key"].value.mark
        sink.warning(
            Code.CLEAR_TEXT_SECRET, mark, "a secret is written in clear text", "use secret_key_ref: {env: NAME}"
        )
    reference = section.secret_key_ref
    if reference is not None and (reference.env is None) == (reference.store is None):
        mark = table.entries["secret_key_ref"].key_mark
        sink.error(Code.CONFLICT, mark, '"secret_key_ref" needs exactly one of "env" and "store"')
    check_address(section, vendor, table, sink)


def _target(section: TargetSection, identifier: str, vendor: str, model: str | None, pricing: TargetPricing) -> Target:
    reference = section.secret_key_ref
    declared = section.data_policy
    return Target(
        id=identifier,
        vendor=vendor,
        models=tuple(dict.fromkeys(((model,) if model else ()) + section.models)),
        base_url=section.base_url,
        secret=SecretReference(
            env=reference.env if reference else None,
            store=reference.store if reference else None,
            literal=section.api_key,
        ),
        weight=section.weight,
        pricing=pricing,
        data_policy=DataPolicy(
            zero_data_retention=section.zdr if declared.zero_data_retention is None else declared.zero_data_retention,
            training_opt_out=declared.training_opt_out,
            retention_days=declared.retention_days,
            region=declared.region,
        ),
        azure_api_version=section.azure_api_version,
        azure_deployment=section.azure_deployment,
        aws_region=section.aws_region,
        format=section.format,
        timeout_s=section.timeout_seconds,
    )


def _read_group(item: Node, sink: FindingSink) -> ConsumerGroup | None:
    if not isinstance(item, Table):
        sink.error(Code.WRONG_TYPE, item.mark, f"a consumer group needs a mapping, found {describe(item)}")
        return None
    section = check_section(ConsumerGroupSection, _with_model_tables(item), sink, "consumer group")
    if section is None:
        return None
    if not section.models:
        sink.error(Code.MISSING_KEY, item.mark, f'consumer group {quoted(section.name)} needs the key "models"')
        return None
    nodes = item.value("models")
    models: list[GroupModel] = []
    for position, model in enumerate(section.models):
        mark = nodes.items[position].mark if isinstance(nodes, Sequence) else item.mark
        found = _group_model(model, mark, sink)
        if found is not None:
            models.append(found)
    if models and all(one.weight == 0 for one in models):
        message = f"every model of consumer group {quoted(section.name)} has weight 0, so all are chosen alike"
        sink.warning(Code.NO_WEIGHT, item.mark, message, "give at least one model a weight of 1 or more")
    return ConsumerGroup(
        name=section.name,
        models=tuple(models),
        routing=section.routing,
        strict=section.strict,
        description=section.description,
        budget_fallbacks=section.budget_fallbacks,
    )


def _with_model_tables(item: Table) -> Table:
    """A model written as text ("gpt-4o", "openai:chat:gpt-4o") as a mapping."""
    entry = item.entries.get("models")
    if entry is None or not isinstance(entry.value, Sequence):
        return item
    items = tuple(_model_table(node) for node in entry.value.items)
    models = Entry(key_mark=entry.key_mark, value=Sequence(mark=entry.value.mark, items=items))
    return Table(mark=item.mark, entries={**item.entries, "models": models})


def _model_table(node: Node) -> Node:
    if not isinstance(node, Scalar) or node.plain is None:
        return node
    vendor, _, rest = node.text.partition(":")
    parts = {"model": node.text}
    if rest:
        mode, _, model = rest.partition(":")
        parts = {"provider": vendor, "model": model if mode in _MODES and model else rest}
    entries = {
        key: Entry(key_mark=node.mark, value=Scalar(mark=node.mark, text=text, plain=text))
        for key, text in parts.items()
    }
    return Table(mark=node.mark, entries=entries)


def _group_model(section: GroupModelSection, mark: Mark, sink: FindingSink) -> GroupModel | None:
    name = section.provider or vendor_of_model(section.model)
    if name is None:
        message = f"no vendor is known to serve {quoted(section.model)}"
        sink.error(Code.MISSING_KEY, mark, message, "name it: {provider: ..., model: ...}")
        return None
    vendor = find_vendor(name)
    if vendor is None:
        near = did_you_mean(name.lower(), vendor_spellings())
        sink.warning(Code.UNKNOWN_PROVIDER, mark, f"provider {quoted(name)} is not a known vendor", near)
    return GroupModel(vendor=vendor.name if vendor else name.lower(), model=section.model, weight=section.weight)
