"""From policy files on disk to the configuration a gateway runs; a file with errors is refused whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from keeptrusts.cli.exit_codes import CommandFailed, ExitCode

if TYPE_CHECKING:
    from keeptrusts.gateway.pipeline.services import Configuration
    from keeptrusts.schemas.policy_document.lint import SourceFile

SHIPPED = "observe-only.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedConfiguration:
    """A configuration ready to run, and what the linter had to say about it without refusing it."""

    configuration: Configuration
    notes: str
    names: tuple[str, ...]


def load_configuration(
    files: Sequence[Path], environment: Mapping[str, str], provider_url: str | None
) -> LoadedConfiguration:
    """Read, lint, merge and compile; later files override earlier ones. Without files: the shipped document.

    Raises CommandFailed with the findings and exit code 2 when the gateway must not run on it.
    """
    from keeptrusts.gateway.pipeline.services import Configuration
    from keeptrusts.gateway.policies.compile import compile_document
    from keeptrusts.gateway.providers.targets import resolve_targets
    from keeptrusts.schemas.policy_document.lint import merge_sources
    from keeptrusts.schemas.policy_document.render import LintedFile, as_text

    sources = [_source(path) for path in files] or [_shipped()]
    report = merge_sources(sources)
    names = tuple(source.file for source in sources)
    text = as_text([LintedFile(file=", ".join(names), report=report)])
    if report.document is None:
        raise CommandFailed(f"the policy file has errors; the gateway does not start on it\n{text}", ExitCode.USAGE)
    return LoadedConfiguration(
        configuration=Configuration.of(
            compile_document(report.document), resolve_targets(report.document, environment, provider_url)
        ),
        notes=text if report.findings else "",
        names=names,
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
