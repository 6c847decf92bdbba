"""Policy files compiled as a gateway compiles them, for trying them out; what is wrong with them comes as findings."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from keeptrusts.cli.gateway_configuration import read_sources
from keeptrusts.cli.kept_patterns import patterns_kept_for
from keeptrusts.gateway.policies.compile import CompiledDocument, compile_document
from keeptrusts.schemas.policy_document.findings import LintReport
from keeptrusts.schemas.policy_document.lint import SourceFile, merge_sources
from keeptrusts.schemas.policy_document.source import MAX_BYTES

STDIN: Final = "-"


def lint_files(files: Sequence[str]) -> LintReport:
    """Read files as one document, later ones overriding earlier ones; - is standard input.

    Raises CommandFailed for one that cannot be read.
    """
    return merge_sources([source for name in files for source in _sources(name)])


def compiled(report: LintReport) -> CompiledDocument | None:
    """Compile a document; patterns that were compiled before are taken from where gateways keep them."""
    if report.document is None:
        return None
    return compile_document(report.document, keeper=patterns_kept_for(os.environ))


def _sources(name: str) -> Sequence[SourceFile]:
    if name == STDIN:
        return (SourceFile(file="<stdin>", data=click.get_binary_stream("stdin").read(MAX_BYTES + 1)),)
    return read_sources([Path(name)])
