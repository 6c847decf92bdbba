"""One tree of either dialect, or a part of one, into the normalized document."""

import re
from collections.abc import Mapping

from keeptrusts.schemas.policy_document.aliases import read_aliases
from keeptrusts.schemas.policy_document.chain import LIST_KEYS, ChainReader
from keeptrusts.schemas.policy_document.chain_checks import check_chain
from keeptrusts.schemas.policy_document.checking import check_section, describe
from keeptrusts.schemas.policy_document.document import (
    ChainEntry,
    FailMode,
    GatewaySection,
    ModelAlias,
    Pack,
    PolicyDocument,
    Target,
)
from keeptrusts.schemas.policy_document.entry_checks import check_entry
from keeptrusts.schemas.policy_document.findings import Code
from keeptrusts.schemas.policy_document.kinds.registry import kind_of_chain_item
from keeptrusts.schemas.policy_document.placed import PlacedEntry, Places, Surroundings
from keeptrusts.schemas.policy_document.providers import PROVIDER_KEYS, read_groups, read_targets
from keeptrusts.schemas.policy_document.routing import read_circuit_breaker, read_routing, warn_about_targets
from keeptrusts.schemas.policy_document.secret_checks import check_secrets
from keeptrusts.schemas.policy_document.sections import GatewayFileSection, PackSection
from keeptrusts.schemas.policy_document.sink import FindingSink, did_you_mean, quoted
from keeptrusts.schemas.policy_document.source import Entry, Mark, Node, Scalar, Sequence, Table
from keeptrusts.schemas.policy_document.wallets import read_wallets

TOP_LEVEL_KEYS = (
    "version",
    "pack",
    "gateway",
    "wallets",
    "providers",
    "models",
    "consumer_groups",
    "policies",
    "policy",
)
_SEMVER = re.compile(r"[0-9]{1,9}\.[0-9]{1,9}\.[0-9]{1,9}([-+][0-9A-Za-z.+-]{1,60})?")


def normalize(root: Node, sink: FindingSink, surroundings: Surroundings | None = None) -> PolicyDocument | None:
    """The document of a tree; None when the sink holds an error. What loads is looked at once more, as a whole."""
    table = _as_document(root, sink)
    if table is None:
        return None
    for key, entry in table.entries.items():
        if key not in TOP_LEVEL_KEYS:
            suggestion = did_you_mean(key, TOP_LEVEL_KEYS) or f"known keys: {', '.join(TOP_LEVEL_KEYS)}"
            sink.error(Code.UNKNOWN_KEY, entry.key_mark, f"unknown key {quoted(key)} in the document", suggestion)
    pack = _read_pack(table, sink)
    gateway, fail_mode = _read_gateway(table, sink)
    placed = _read_policies(table, fail_mode, sink)
    document = _with_providers(table, pack, gateway, fail_mode, tuple(one.entry for one in placed), sink)
    _note_whole_file(document, table, sink)
    if sink.has_errors:
        return None
    _look_at_the_whole(document, Places(root=table, entries=placed), sink, surroundings)
    return document


def _look_at_the_whole(
    document: PolicyDocument, places: Places, sink: FindingSink, surroundings: Surroundings | None
) -> None:
    for one in places.entries:
        check_entry(one, sink)
    check_chain(document, places, sink)
    check_secrets(places, sink)
    if surroundings is not None:
        surroundings.look(document, places, sink)


def _as_document(root: Node, sink: FindingSink) -> Table | None:
    """The tree as a document; a part of a file is put where it belongs, with a note."""
    if isinstance(root, Table) and _has_document_keys(root):
        return root
    part = _part_of(root)
    if part is None:
        if isinstance(root, Table) and root.entries:
            return root
        message = f"a policy document is a mapping with keys such as policies, found {describe(root)}"
        sink.error(Code.WRONG_TYPE, root.mark, message, f"known keys: {', '.join(TOP_LEVEL_KEYS)}")
        return None
    sink.info(Code.PART_OF_A_FILE, root.mark, f'checked as the part "{".".join(part)}" of a document')
    node = root
    for key in reversed(part):
        node = Table(mark=root.mark, entries={key: Entry(key_mark=root.mark, value=node)})
    assert isinstance(node, Table)
    return node


def _has_document_keys(root: Table) -> bool:
    keys = set(root.entries) & set(TOP_LEVEL_KEYS)
    # "models" alone also is a key of a consumer group and of a kind's options.
    return bool(keys - {"models"}) or isinstance(root.value("models"), Table)


def _part_of(root: Node) -> tuple[str, ...] | None:
    if isinstance(root, Table):
        return _part_of_keys(root.entries)
    if not isinstance(root, Sequence) or not root.items:
        return None
    first = root.items[0]
    if not isinstance(first, Table):
        is_kind = isinstance(first, Scalar) and kind_of_chain_item(first.text) is not None
        return ("policies", "chain") if is_kind else None
    keys = set(first.entries)
    if keys & LIST_KEYS:
        return ("policies",)
    if any(kind_of_chain_item(key) for key in keys):
        return ("policies", "chain")
    if "models" in keys and "name" in keys:
        return ("providers", "consumer_groups")
    return ("providers", "targets") if keys & {"id", "provider"} else None


def _part_of_keys(entries: Mapping[str, Entry]) -> tuple[str, ...] | None:
    keys = set(entries)
    if "chain" in keys:
        return ("policies",)
    if keys & {"targets", "fallback", "routing", "circuit_breaker"}:
        return ("providers",)
    if keys and all(kind_of_chain_item(key) for key in keys):
        return ("policy",)
    return None


def _read_pack(table: Table, sink: FindingSink) -> Pack | None:
    entry = table.entries.get("pack")
    if entry is None:
        return None
    section = check_section(PackSection, entry.value, sink, "pack")
    if section is None or not isinstance(entry.value, Table):
        return None
    version = entry.value.value("version")
    if section.version is None or version is None:
        sink.warning(Code.VERSION_FORMAT, entry.key_mark, "pack has no version", "add version: 1.0.0")
    elif not _SEMVER.fullmatch(section.version):
        message = f"version {quoted(section.version)} is not MAJOR.MINOR.PATCH"
        sink.warning(Code.VERSION_FORMAT, version.mark, message, "for example 1.0.0")
    if section.enabled is None:
        message = "pack has no enabled; it counts as true"
        sink.warning(Code.ENABLED_MISSING, entry.key_mark, message, "add enabled: true")
    if section.enabled is False:
        mark = entry.value.entries["enabled"].value.mark
        sink.warning(Code.SWITCHED_OFF, mark, "the pack is switched off: none of its policies run")
    return Pack(
        name=section.name,
        version=section.version or "0.0.0",
        enabled=section.enabled is not False,
        id=section.id or section.name,
        author=section.author,
        description=section.description,
    )


def _read_gateway(table: Table, sink: FindingSink) -> tuple[GatewaySection, FailMode]:
    entry = table.entries.get("gateway")
    section = check_section(GatewayFileSection, entry.value, sink, "gateway") if entry else None
    if section is None:
        return GatewaySection(), "block"
    return GatewaySection(anonymous=section.anonymous, unknown_price=section.unknown_price), section.fail_mode


def _read_policies(table: Table, fail_mode: FailMode, sink: FindingSink) -> tuple[PlacedEntry, ...]:
    blocks: Mapping[str, Entry] = {}
    block_node = table.value("policy")
    if isinstance(block_node, Table):
        blocks = block_node.entries
    elif block_node is not None and not _is_null(block_node):
        sink.error(Code.WRONG_TYPE, block_node.mark, f'"policy" needs a mapping, found {describe(block_node)}')
    reader = ChainReader(sink=sink, fail_mode=fail_mode, blocks=blocks)
    policies = table.value("policies")
    items = _items(policies, sink) if policies is not None else None
    placed = reader.read(items) if items is not None else ()
    reader.check_blocks(chain_present=items is not None)
    if items is not None:
        _warn_audit_only(tuple(one.entry for one in placed), items.mark, sink)
    return placed


def _items(policies: Node, sink: FindingSink) -> Sequence | None:
    if isinstance(policies, Sequence):
        return policies
    if not isinstance(policies, Table):
        message = f'"policies" needs a list or a mapping with "chain", found {describe(policies)}'
        sink.error(Code.WRONG_TYPE, policies.mark, message)
        return None
    for key, entry in policies.entries.items():
        if key != "chain":
            suggestion = did_you_mean(key, ("chain",)) or 'options of a kind stand under "policy" at the top level'
            sink.error(Code.UNKNOWN_KEY, entry.key_mark, f"unknown key {quoted(key)} in policies", suggestion)
    chain = policies.value("chain")
    if chain is None:
        sink.error(Code.MISSING_KEY, policies.mark, 'policies needs the key "chain"', "list the kinds to run")
        return None
    if not isinstance(chain, Sequence):
        sink.error(Code.WRONG_TYPE, chain.mark, f'"chain" needs a list, found {describe(chain)}')
        return None
    return chain


def _warn_audit_only(entries: tuple[ChainEntry, ...], mark: Mark, sink: FindingSink) -> None:
    """Only files that treat teams differently can leave one out by accident."""
    named = {name for e in entries if e.targeting and e.targeting.scope == "team" for name in e.targeting.names}
    if not named:
        return
    teams = sorted(named | (sink.known_teams or frozenset()))
    bare = [team for team in teams if _is_audit_only(entries, team)]
    if bare:
        shown = ", ".join(bare[:10]) + (f" and {len(bare) - 10} more" if len(bare) > 10 else "")
        message = f"nothing but audit-logger runs for: {shown}"
        sink.warning(Code.AUDIT_ONLY_TEAM, mark, message, "target a policy at these teams, or add one for everyone")
    if sink.known_teams is None and _is_audit_only(entries, None):
        message = "nothing but audit-logger runs for teams that are not named here"
        sink.warning(Code.AUDIT_ONLY_TEAM, mark, message, "add a policy without targeting")


def _is_audit_only(entries: tuple[ChainEntry, ...], team: str | None) -> bool:
    return all(entry.kind == "audit-logger" for entry in entries if entry.applies_to_team(team))


def _with_providers(
    table: Table,
    pack: Pack | None,
    gateway: GatewaySection,
    fail_mode: FailMode,
    chain: tuple[ChainEntry, ...],
    sink: FindingSink,
) -> PolicyDocument:
    providers = table.value("providers")
    if providers is None or _is_null(providers):
        providers = Table(mark=table.mark, entries={})
    if not isinstance(providers, Table):
        sink.error(Code.WRONG_TYPE, providers.mark, f'"providers" needs a mapping, found {describe(providers)}')
        providers = Table(mark=table.mark, entries={})
    for key, entry in providers.entries.items():
        if key not in PROVIDER_KEYS:
            suggestion = did_you_mean(key, PROVIDER_KEYS) or f"known keys: {', '.join(PROVIDER_KEYS)}"
            sink.error(Code.UNKNOWN_KEY, entry.key_mark, f"unknown key {quoted(key)} in providers", suggestion)
    targets = providers.value("targets")
    inner, outer = providers.entries.get("consumer_groups"), table.entries.get("consumer_groups")
    if inner is not None and outer is not None:
        message = "consumer_groups stand under providers and at the top level"
        sink.error(Code.CONFLICT, outer.key_mark, message, "keep one of them")
    groups = inner or outer
    declared = read_targets(targets, sink) if targets is not None else ()
    routing = read_routing(providers, sink)
    if targets is not None:
        warn_about_targets(declared, routing, targets, sink)
    return PolicyDocument(
        pack=pack,
        chain=chain,
        targets=declared,
        consumer_groups=read_groups(groups.value, sink) if groups else (),
        routing=routing,
        circuit_breaker=read_circuit_breaker(providers, sink),
        aliases=_read_aliases(table, providers, declared, sink),
        gateway=gateway,
        wallets=read_wallets(table, sink),
        fail_mode=fail_mode,
        has_providers=targets is not None,
        has_policies="policies" in table.entries,
    )


def _read_aliases(
    table: Table, providers: Table, targets: tuple[Target, ...], sink: FindingSink
) -> tuple[ModelAlias, ...]:
    """The aliases of the providers section, or of a section "models" at the top level."""
    inner, outer = providers.entries.get("aliases"), None
    models = table.value("models")
    if isinstance(models, Table):
        outer = models.entries.get("aliases")
        for key, entry in models.entries.items():
            if key != "aliases":
                suggestion = did_you_mean(key, ("aliases",)) or "known keys: aliases"
                sink.error(Code.UNKNOWN_KEY, entry.key_mark, f"unknown key {quoted(key)} in models", suggestion)
    elif models is not None and not _is_null(models):
        sink.error(Code.WRONG_TYPE, models.mark, f'"models" needs a mapping with "aliases", found {describe(models)}')
    if inner is not None and outer is not None:
        message = "aliases stand under providers and under models"
        sink.error(Code.CONFLICT, outer.key_mark, message, "keep one of them")
    entry_read = inner or outer
    if entry_read is None or _is_null(entry_read.value):
        return ()
    return read_aliases(entry_read.value, targets, sink)


def _note_whole_file(document: PolicyDocument, table: Table, sink: FindingSink) -> None:
    if not document.has_policies:
        return
    if not document.has_providers:
        message = "no providers: the vendors whose standard environment variable is set are used"
        sink.info(Code.NO_PROVIDERS, table.mark, message)
    if document.pack is None and "pack" not in table.entries:
        sink.info(Code.NO_PACK, table.mark, "no pack: the document has no name and no version")


def _is_null(node: Node) -> bool:
    return isinstance(node, Scalar) and node.plain is None
