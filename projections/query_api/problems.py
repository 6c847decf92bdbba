"""The refusals of the query API, each with its fix."""

from __future__ import annotations

from keeptrusts.schemas.errors import Problem, Refused
from keeptrusts.schemas.filters import FilterError


def invalid_parameter(name: str, reason: str, fix: str | None = None) -> Refused:
    return Refused(Problem(code="invalid_parameter", message=f"{name}: {reason}", fix=fix, param=name))


def from_filter_error(error: FilterError) -> Refused:
    return invalid_parameter(error.field, error.reason, error.fix)


def not_found(what: str, name: str) -> Refused:
    """Answer for what does not exist, and alike for what the caller may not know to exist."""
    return Refused(
        Problem(code="not_found", message=f"there is no {what} {name[:100]!r} here", fix="check the id and your access")
    )


def forbidden(what: str, needed: str) -> Refused:
    return Refused(Problem(code="permission_denied", message=f"your role does not allow to {what}", fix=needed))


def unauthorized(reason: str, fix: str) -> Refused:
    return Refused(Problem(code="invalid_api_key", message=reason, fix=fix))
