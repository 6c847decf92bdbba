"""From policy files on disk to the configuration a gateway runs; a file with errors is refused whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from keeptrusts.cli.exit_codes import CommandFailed, ExitCode
from keeptrusts.cli.kept_patterns import patterns_kept_for
from keeptrusts.schemas.frozen import frozen

if TYPE_CHECKING:
    from keeptrusts.gateway.pipeline.services import Configuration
    from keeptrusts.schemas.policy_document.document import PolicyDocument
    from keeptrusts.schemas.policy_document.lint import SourceFile

SHIPPED = "observe-only.yaml"


@frozen
class LoadedConfiguration:
    """A configuration ready to run, and what the linter had to say about it without refusing it."""

    configuration: Configuration
    notes: str
    names: tuple[str, ...]


@frozen
class Upstreams:
    """Where secrets come from, and the one upstream that replaces all configured ones, if any."""

    environment: Mapping[str, str] = field(repr=False)
    provider_url: str | None = None


@frozen
class Share:
    """Which of how many workers a configuration is for, and what that worker has in force now."""

    workers: int = 1
    worker: int = 0
    before: Configuration | None = None


def read_sources(files: Sequence[Path]) -> tuple[SourceFile, ...]:
    """Read policy files as they are; without any, the shipped document. Raises CommandFailed naming the file."""
    return tuple(_source(path) for path in files) or (_shipped(),)


@frozen
class CheckedDocument:
    """What files say together, and what the linter had to say about them without refusing them."""

    document: PolicyDocument
    notes: str


def check_document(sources: Sequence[SourceFile]) -> CheckedDocument:
    """Lint and merge what was read; later files override earlier ones.

    Raises CommandFailed with the findings and exit code 2 when no gateway must run on it.
    """
    from keeptrusts.schemas.policy_document.lint import merge_sources
    from keeptrusts.schemas.policy_document.render import LintedFile, as_text

    report = merge_sources(sources)
    text = as_text([LintedFile(file=", ".join(source.file for source in sources), report=report)])
    if report.document is None:
        raise CommandFailed(f"the policy file has errors; no gateway runs on it\n{text}", ExitCode.USAGE)
    return CheckedDocument(document=report.document, notes=text if report.findings else "")


def load_configuration(
    sources: Sequence[SourceFile], upstreams: Upstreams, share: Share | None = None
) -> LoadedConfiguration:
    """Check a document and compile it. Raises CommandFailed as ``check_document`` does."""
    from keeptrusts.gateway.pipeline.services import Configuration
    from keeptrusts.gateway.policies.compile import compile_document
    from keeptrusts.gateway.policies.shares import ShareBook
    from keeptrusts.gateway.providers.moderators import resolve_moderators
    from keeptrusts.gateway.providers.targets import resolve_targets

    share = share or Share()
    checked = check_document(sources)
    before = None if share.before is None else share.before.compiled
    shares = None if before is None else before.shares
    if shares is None:
        shares = ShareBook(own_workers=share.workers, worker=share.worker, workers=share.workers)
    kept = patterns_kept_for(upstreams.environment)
    return LoadedConfiguration(
        configuration=Configuration.of(
            compile_document(checked.document, share.workers, share.worker, before, kept, shares),
            resolve_targets(checked.document, upstreams.environment, upstreams.provider_url),
            resolve_moderators(checked.document, upstreams.environment),
        ),
        notes=checked.notes,
        names=tuple(source.file for source in sources),
    )


def _source(path: Path) -> SourceFile:
    from keeptrusts.schemas.policy_document.lint import SourceFile
    from keeptrusts.schemas.policy_document.source import MAX_BYTES

    try:
        with path.open("rb") as stream:
            return SourceFile(file=str(path), data=stream.read(MAX_BYTES + 1))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise CommandFailed(
            f"{path} cannot be read: {reason}. Check the path and its permissions.", ExitCode.USAGE
        ) from error


def _shipped() -> SourceFile:
    from keeptrusts.schemas.policy_document.lint import SourceFile

    data = resources.files("keeptrusts.cli.stack").joinpath(SHIPPED).read_bytes()
    return SourceFile(file=SHIPPED, data=data)
