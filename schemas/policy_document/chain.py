"""Policies: chain items, list entries and option blocks into one chain of checked entries."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.policy_document.checking import ROLLOUT_MODES, check_section, describe
from keeptrusts.schemas.policy_document.document import ChainEntry, FailMode, Scope, Targeting
from keeptrusts.schemas.policy_document.findings import Code
from keeptrusts.schemas.policy_document.kinds.options import KindOptions
from keeptrusts.schemas.policy_document.kinds.registry import KINDS, KindSpec, Phase, kind_of_chain_item, kind_of_type
from keeptrusts.schemas.policy_document.placed import PlacedEntry
from keeptrusts.schemas.policy_document.sections import EntrySettings, TargetingSection
from keeptrusts.schemas.policy_document.sink import FindingSink, did_you_mean, quoted
from keeptrusts.schemas.policy_document.source import Entry, Mark, Node, Scalar, Sequence, Table

SETTINGS = frozenset({*EntrySettings.model_fields})
MAX_ENTRIES = 500
LIST_KEYS = frozenset({"type", "kind"})
_SCOPE_LISTS: tuple[tuple[Scope, str], ...] = (
    ("team", "teams"),
    ("user", "users"),
    ("role", "roles"),
    ("consumer_group", "consumer_groups"),
    ("model", "models"),
    ("gateway", "gateways"),
)


_JUDGED: Mapping[Phase, str] = MappingProxyType(
    {"input": "requests", "output": "answers", "route": "targets", "tools": "tools"}
)


@frozen
class _Item:
    """One chain item before its options are checked."""

    spec: KindSpec
    mark: Mark
    settings: Table


@dataclass(slots=True)
class ChainReader:
    """Reads the policies of one document; `blocks` are the options under `policy`."""

    sink: FindingSink
    fail_mode: FailMode
    blocks: Mapping[str, Entry]
    used: set[str] = field(default_factory=set)
    noted: set[tuple[Code, str]] = field(default_factory=set)

    def read(self, items: Sequence) -> tuple[PlacedEntry, ...]:
        """Entries in the order printed, without those that are switched off or wrong."""
        if len(items.items) > MAX_ENTRIES:
            message = f"the chain has {len(items.items)} entries, and {MAX_ENTRIES} are the most"
            self.sink.error(Code.TOO_LARGE, items.items[MAX_ENTRIES].mark, message)
            return ()
        entries = (self._entry(item) for item in items.items)
        return tuple(entry for entry in entries if entry is not None)

    def check_blocks(self, *, chain_present: bool) -> None:
        """Checks option blocks that no chain item used."""
        for key, entry in self.blocks.items():
            spec = kind_of_chain_item(key)
            if spec is None:
                self._unknown_kind(key, entry.key_mark)
            elif key not in self.used:
                table = self._as_table(entry.value, f'options of "{key}"')
                if table is not None:
                    self._check(spec, table, entry.key_mark)
                if chain_present:
                    message = f"{quoted(key)} has options but is not in the chain: it never runs"
                    self.sink.warning(Code.NEVER_RUNS, entry.key_mark, message, f"add - {key} to policies.chain")

    def _entry(self, node: Node) -> PlacedEntry | None:
        item = self._item(node)
        if item is None:
            return None
        table = self._with_block(item)
        if table is None:
            return None
        checked = self._check(item.spec, table, item.mark)
        if checked is None:
            return None
        settings, options = checked
        if not settings.enabled:
            return None
        targeting = self._targeting(settings.targeting, table)
        if settings.targeting is not None and targeting is None:
            return None
        entry = ChainEntry(
            kind=item.spec.name,
            name=settings.name or item.spec.name,
            options=options,
            mode=settings.enforcement,
            fail_mode=settings.fail_mode or self.fail_mode,
            targeting=targeting,
            description=settings.description,
        )
        self._note(entry, item)
        return PlacedEntry(entry=entry, mark=item.mark, written=table)

    def _item(self, node: Node) -> _Item | None:
        if isinstance(node, Scalar) and isinstance(node.plain, str):
            return self._item_of(node.text, node.mark, Table(mark=node.mark, entries={}))
        if not isinstance(node, Table):
            message = f"a policy needs a kind or a mapping, found {describe(node)}"
            self.sink.error(Code.WRONG_TYPE, node.mark, message)
            return None
        if LIST_KEYS & node.entries.keys():
            return self._list_item(node)
        return self._chain_item(node)

    def _item_of(self, name: str, mark: Mark, settings: Table) -> _Item | None:
        spec = kind_of_chain_item(name)
        if spec is None:
            self._unknown_kind(name, mark)
            return None
        return _Item(spec=spec, mark=mark, settings=settings)

    def _chain_item(self, node: Table) -> _Item | None:
        kinds = [key for key in node.entries if kind_of_chain_item(key) is not None]
        beside = [key for key in node.entries if key not in kinds]
        if len(kinds) == 1 and beside:
            mark = node.entries[beside[0]].key_mark
            message = f"{quoted(beside[0])} stands beside {quoted(kinds[0])}, not under it"
            self.sink.error(Code.CONFLICT, mark, message, f"indent it below {kinds[0]}:")
            return None
        if "name" in node.entries:
            suggestion = "add type: with a policy kind, such as audit-logger"
            self.sink.error(Code.MISSING_KEY, node.mark, 'a policy of the list form needs the key "type"', suggestion)
            return None
        if len(node.entries) == 1:
            name, entry = next(iter(node.entries.items()))
            if not kinds:
                self._unknown_kind(name, entry.key_mark)
                return None
            settings = self._as_table(entry.value, f"policy {quoted(name)}")
            return self._item_of(name, entry.key_mark, settings) if settings is not None else None
        message = "a chain item is one kind, alone or with its settings below it"
        self.sink.error(Code.CONFLICT, node.mark, message, 'start every kind with its own "- "')
        return None

    def _list_item(self, node: Table) -> _Item | None:
        key = "type" if "type" in node.entries else "kind"
        type_node = node.entries[key].value
        if not isinstance(type_node, Scalar) or not isinstance(type_node.plain, str):
            self.sink.error(Code.WRONG_TYPE, type_node.mark, f'"{key}" needs a policy kind')
            return None
        spec = kind_of_type(type_node.text)
        if spec is None:
            self._unknown_kind(type_node.text, type_node.mark)
            return None
        entries = {name: entry for name, entry in node.entries.items() if name not in (key, "config")}
        config = node.value("config")
        if isinstance(config, Table):
            entries = {**config.entries, **entries}
        for name, text in spec.list_defaults.get(type_node.text, {}).items():
            self._check_default(type_node.text, name, text, entries)
            value = Scalar(mark=type_node.mark, text=text, plain=text)
            entries.setdefault(name, Entry(key_mark=type_node.mark, value=value))
        settings = Table(mark=node.mark, entries={name: _list_word(name, entry) for name, entry in entries.items()})
        return _Item(spec=spec, mark=type_node.mark, settings=settings)

    def _check_default(self, type_name: str, name: str, text: str, entries: Mapping[str, Entry]) -> None:
        """What a word of the list form implies is not to be taken back beside it."""
        entry = entries.get(name)
        if entry is not None and _text(entry.value) not in (text, "both"):
            message = f"{quoted(type_name)} means {name}: {text}, and {quoted(_text(entry.value))} takes that back"
            self.sink.warning(Code.CANNOT_FIRE, entry.value.mark, message, f"leave {name} out, or choose another type")

    def _with_block(self, item: _Item) -> Table | None:
        """The kind's block under `policy`, overridden key by key by the item's own settings."""
        key = next((name for name in self.blocks if kind_of_chain_item(name) is item.spec), None)
        if key is None:
            return item.settings
        self.used.add(key)
        block = self._as_table(self.blocks[key].value, f'options of "{key}"')
        if block is None:
            return None
        canonical = {_canonical(item.spec, name) for name in item.settings.entries}
        kept = {name: entry for name, entry in block.entries.items() if _canonical(item.spec, name) not in canonical}
        return Table(mark=block.mark, entries={**kept, **item.settings.entries})

    def _check(self, spec: KindSpec, table: Table, mark: Mark) -> tuple[EntrySettings, KindOptions] | None:
        split = self._split(spec, self._in_its_phase(spec, table))
        if split is None:
            return None
        settings = check_section(EntrySettings, split[0], self.sink, spec.name)
        options = check_section(spec.options, split[1], self.sink, spec.name)
        if settings is None or options is None:
            return None
        immutable = table.entries.get("immutable")
        if immutable is not None and getattr(options, "immutable", True) is False:
            message = "immutable: false has no effect; records are always immutable"
            self.sink.warning(Code.IMMUTABLE_FALSE, immutable.value.mark, message, "remove the line")
        return settings, options

    def _in_its_phase(self, spec: KindSpec, table: Table) -> Table:
        """A kind with one phase cannot be told another."""
        entry = table.entries.get("apply_to")
        if entry is None or "apply_to" in spec.options.model_fields:
            return table
        judged = " and ".join(_JUDGED[phase] for phase in spec.phases)
        message = f'{spec.name} judges {judged}, and "apply_to" cannot change that'
        self.sink.error(Code.CANNOT_FIRE, entry.key_mark, message, "remove the line")
        return Table(mark=table.mark, entries={key: one for key, one in table.entries.items() if key != "apply_to"})

    def _split(self, spec: KindSpec, table: Table) -> tuple[Table, Table] | None:
        """Settings and options. `mode` is the rollout mode where its value is one, else the kind's own option."""
        settings = {key: entry for key, entry in table.entries.items() if key in SETTINGS}
        options = {key: entry for key, entry in table.entries.items() if key not in SETTINGS}
        mode = options.get("mode")
        if mode is not None and self._is_rollout(spec, mode.value):
            del options["mode"]
            first = settings.setdefault("enforcement", mode)
            if _text(first.value) != _text(mode.value):
                message = '"mode" and "enforcement" name different rollout modes'
                self.sink.error(Code.CONFLICT, mode.key_mark, message, "keep one of them")
                return None
        return Table(mark=table.mark, entries=settings), Table(mark=table.mark, entries=options)

    def _is_rollout(self, spec: KindSpec, value: Node) -> bool:
        return _text(value) in ROLLOUT_MODES or "mode" not in spec.options.model_fields

    def _targeting(self, section: TargetingSection | None, table: Table) -> Targeting | None:
        if section is None:
            return None
        node = table.entries["targeting"]
        given = [(scope, key) for scope, key in _SCOPE_LISTS if getattr(section, key) is not None]
        scope = section.scope or (given[0][0] if len(given) == 1 else None)
        wanted = next((key for name, key in _SCOPE_LISTS if name == scope), None)
        if scope is None or wanted is None:
            message = 'targeting needs the key "scope"'
            self.sink.error(Code.MISSING_KEY, node.key_mark, message, "for example scope: team")
            return None
        names = getattr(section, wanted)
        if not names:
            message = f'targeting by {scope} needs a list "{wanted}" that is not empty'
            self.sink.error(Code.MISSING_KEY, node.key_mark, message, f"add {wanted}: [...]")
            return None
        extra = [key for name, key in given if name != scope]
        if extra:
            message = f'targeting by {scope} does not use "{extra[0]}"'
            self.sink.error(Code.CONFLICT, node.key_mark, message, "one entry has one scope")
            return None
        if scope == "team":
            self._check_teams(node.value)
        return Targeting(scope=scope, names=tuple(dict.fromkeys(names)))

    def _check_teams(self, targeting: Node) -> None:
        known = self.sink.known_teams
        teams = targeting.value("teams") if isinstance(targeting, Table) else None
        if known is None or not isinstance(teams, Sequence):
            return
        for node in teams.items:
            name = node.text if isinstance(node, Scalar) else ""
            if name not in known:
                suggestion = did_you_mean(name.lower(), known) or "create it with kt team create, or fix the name"
                self.sink.warning(Code.UNKNOWN_TEAM, node.mark, f"unknown team {quoted(name)}", suggestion)

    def _note(self, entry: ChainEntry, item: _Item) -> None:
        has_options = bool(item.settings.entries.keys() - SETTINGS) or any(
            kind_of_chain_item(key) is item.spec for key in self.blocks
        )
        if not has_options:
            self._once(Code.DEFAULTS_USED, entry.kind, item.mark, f"{entry.kind} runs with its default options", "")

    def _once(self, code: Code, about: str, mark: Mark, message: str, suggestion: str) -> None:
        if (code, about) in self.noted:
            return
        self.noted.add((code, about))
        self.sink.info(code, mark, message, suggestion)

    def _unknown_kind(self, name: str, mark: Mark) -> None:
        spellings = [*KINDS, *(word for spec in KINDS.values() for word in spec.types)]
        near = did_you_mean(name, spellings)
        self.sink.error(
            Code.UNKNOWN_KIND, mark, f"unknown policy kind {quoted(name)}", near or f"known kinds: {', '.join(KINDS)}"
        )

    def _as_table(self, node: Node, what: str) -> Table | None:
        if isinstance(node, Table):
            return node
        if isinstance(node, Scalar) and node.plain is None:
            return Table(mark=node.mark, entries={})
        self.sink.error(Code.WRONG_TYPE, node.mark, f"{what} needs a mapping (key: value), found {describe(node)}")
        return None


def _canonical(spec: KindSpec, key: str) -> str:
    return spec.options.aliases.get(key, key)


def _text(node: Node) -> str:
    return node.text if isinstance(node, Scalar) else ""


def _list_word(name: str, entry: Entry) -> Entry:
    """The list dialect says "flag" where the chain dialect says "warn"."""
    if name != "action" or _text(entry.value) != "flag":
        return entry
    return Entry(key_mark=entry.key_mark, value=Scalar(mark=entry.value.mark, text="warn", plain="warn"))
