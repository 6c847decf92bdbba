"""Credentials: by their shape, by what is around them, and by the name of what they are given to."""

from __future__ import annotations

from keeptrusts.gateway.detectors.families.secret_assignments import assignment_rules
from keeptrusts.gateway.detectors.families.secret_codes import code_rules
from keeptrusts.gateway.detectors.families.secret_commands import command_rules
from keeptrusts.gateway.detectors.families.secret_shapes import shape_rules
from keeptrusts.gateway.detectors.families.secret_texts import text_rules
from keeptrusts.gateway.detectors.rules import Rule


def secret_rules() -> tuple[Rule, ...]:
    """Give all rules for credentials. Their kinds are named after what issues them, such as ``GITHUB_TOKEN``."""
    return (*shape_rules(), *text_rules(), *assignment_rules(), *command_rules(), *code_rules())
