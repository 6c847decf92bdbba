"""Model aliases: names that callers may ask for, followed to the model and target each one stands for."""

from collections.abc import Mapping

from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.policy_document.checking import check_section, describe
from keeptrusts.schemas.policy_document.document import AUTO_MODEL, ModelAlias, Target
from keeptrusts.schemas.policy_document.findings import Code
from keeptrusts.schemas.policy_document.sections import AliasSection
from keeptrusts.schemas.policy_document.sink import FindingSink, did_you_mean, quoted
from keeptrusts.schemas.policy_document.source import Entry, Mark, Node, Scalar, Table
from keeptrusts.schemas.policy_document.vendors import VENDORS

MAX_ALIASES = 1_000
_MAX_NAME = 200
# Vendors whose model names hold no slash: there "a/b" can only have meant a target.
_WITHOUT_SLASH = frozenset({"openai", "anthropic", "azure", "google", "mistral", "deepseek", "xai"})


@frozen
class _Written:
    """An alias as it stands in the file."""

    mark: Mark
    model: str
    target: str | None


def read_aliases(node: Node, targets: tuple[Target, ...], sink: FindingSink) -> tuple[ModelAlias, ...]:
    """The mapping of names; every alias of an alias is followed, so that one look-up is enough for a call.

    `targets` are the declared ones; without any, the vendors' names are the targets' ids.
    """
    if not isinstance(node, Table):
        sink.error(Code.WRONG_TYPE, node.mark, f'"aliases" needs a mapping (name: model), found {describe(node)}')
        return ()
    if len(node.entries) > MAX_ALIASES:
        sink.error(Code.INVALID_VALUE, node.mark, f'"aliases" may hold at most {MAX_ALIASES} names')
        return ()
    known = tuple(target.id for target in targets) or tuple(VENDORS)
    written: dict[str, _Written] = {}
    for name, entry in node.entries.items():
        alias = _read_alias(name, entry, known, targets, sink)
        if alias is not None:
            written[name] = alias
    return tuple(
        found for name, entry in written.items() if (found := _followed(name, entry.mark, written, sink)) is not None
    )


def _read_alias(
    name: str, entry: Entry, known: tuple[str, ...], targets: tuple[Target, ...], sink: FindingSink
) -> _Written | None:
    if name == AUTO_MODEL or not name or len(name) > _MAX_NAME:
        message = f"{quoted(name)} cannot be an alias"
        fix = "auto lets the consumer group choose" if name == AUTO_MODEL else "a name has 1 to 200 characters"
        sink.error(Code.INVALID_VALUE, entry.key_mark, message, fix)
        return None
    listed = next((target.id for target in targets if name in target.models), None)
    if listed is not None:
        message = f"target {quoted(listed)} lists a model of this name; callers get what the alias stands for"
        sink.warning(Code.HIDDEN_MODEL, entry.key_mark, message)
    value = entry.value
    if isinstance(value, Scalar) and value.plain is not None:
        alias = _from_text(value, known, targets, sink)
    else:
        alias = _from_section(value, known, sink)
    if alias is not None:
        _warn_if_not_listed(alias, targets, sink)
    return alias


def _from_section(value: Node, known: tuple[str, ...], sink: FindingSink) -> _Written | None:
    section = check_section(AliasSection, value, sink, "alias")
    if section is None:
        return None
    if section.target is not None and section.target not in known:
        message = f"no target is called {quoted(section.target)}"
        fix = did_you_mean(section.target, known) or f"known targets: {', '.join(known[:10])}"
        sink.error(Code.UNKNOWN_TARGET, value.mark, message, fix)
        return None
    return _Written(mark=value.mark, model=section.model, target=section.target)


def _from_text(
    value: Scalar, known: tuple[str, ...], targets: tuple[Target, ...], sink: FindingSink
) -> _Written | None:
    """ "target/model", or a model whose own name may hold a slash."""
    if not value.text or len(value.text) > _MAX_NAME:
        sink.error(Code.INVALID_VALUE, value.mark, "an alias stands for a name of 1 to 200 characters")
        return None
    first, slash, rest = value.text.partition("/")
    if not slash:
        return _Written(mark=value.mark, model=value.text, target=None)
    if first in known and rest:
        return _Written(mark=value.mark, model=rest, target=first)
    if not any(value.text in target.models for target in targets):
        _doubt(value, first, known, targets, sink)
    return _Written(mark=value.mark, model=value.text, target=None)


def _warn_if_not_listed(alias: _Written, targets: tuple[Target, ...], sink: FindingSink) -> None:
    target = next((one for one in targets if one.id == alias.target), None)
    if target is not None and target.models and alias.model not in target.models:
        message = f"target {quoted(target.id)} does not list the model {quoted(alias.model)}"
        fix = did_you_mean(alias.model, target.models) or f"it lists: {', '.join(target.models[:10])}"
        sink.warning(Code.UNSERVED_ALIAS, alias.mark, message, fix)


def _doubt(value: Scalar, first: str, known: tuple[str, ...], targets: tuple[Target, ...], sink: FindingSink) -> None:
    near = did_you_mean(first, known)
    if near:
        sink.error(Code.UNKNOWN_TARGET, value.mark, f"no target is called {quoted(first)}", near)
    elif not any(not target.models and target.vendor not in _WITHOUT_SLASH for target in targets):
        message = f"no target is called {quoted(first)}, and none lists the model {quoted(value.text)}"
        sink.warning(Code.UNSERVED_ALIAS, value.mark, message, f"known targets: {', '.join(known[:10])}")


def _followed(name: str, mark: Mark, written: Mapping[str, _Written], sink: FindingSink) -> ModelAlias | None:
    """The model at the end of the chain; a target ends it, for there the name is the provider's own."""
    passed = [name]
    here = written[name]
    while here.target is None and here.model in written:
        if here.model in passed:
            chain = " -> ".join([*passed, here.model])
            sink.error(Code.CONFLICT, mark, f"aliases go round in a circle: {chain}", "let one of them name a model")
            return None
        passed.append(here.model)
        here = written[here.model]
    return ModelAlias(name=name, model=here.model, target=here.target)
