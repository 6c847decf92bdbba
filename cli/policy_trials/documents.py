"""Policy files compiled as a gateway compiles them, for trying them out; what is wrong with them comes as findings."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from keeptrusts.cli.gateway_configuration import read_sources
from keeptrusts.cli.kept_patterns import patterns_kept_for
from keeptrusts.gateway.policies.compile import CompiledDocument, compile_document
from keeptrusts.schemas.policy_document.findings import LintReport
from keeptrusts.schemas.policy_document.lint import merge_sources


def lint_files(files: Sequence[str]) -> LintReport:
    """Read files as one document, later ones overriding earlier ones. Raises CommandFailed for one that is absent."""
    return merge_sources(read_sources([Path(name) for name in files]))


def compiled(report: LintReport) -> CompiledDocument | None:
    """Compile a document; patterns that were compiled before are taken from where gateways keep them."""
    if report.document is None:
        return None
    return compile_document(report.document, keeper=patterns_kept_for(os.environ))
