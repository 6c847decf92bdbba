"""`kt policy lint --against`: recorded calls are fetched, or read from a file, and judged by the document."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import click

from keeptrusts.cli.client.options import Api
from keeptrusts.cli.exit_codes import CommandFailed, ExitCode
from keeptrusts.cli.policy_trials.captured import CapturedTexts, Read
from keeptrusts.cli.policy_trials.impact_reports import Compared
from keeptrusts.cli.policy_trials.recorded import MAX_FILE_BYTES, RecordedCall, from_api, from_bytes
from keeptrusts.cli.policy_trials.replaying import Impact, Replay
from keeptrusts.schemas.filters import FilterError, parse_since
from keeptrusts.schemas.policy_document.document import PolicyDocument

STDIN = "-"


def compare(document: PolicyDocument, against: str, most: int, api: Api, *, with_content: bool = False) -> Compared:
    """Judge the calls that `against` means: those since a time, or those of a file (- is standard input).

    Only reads; `with_content` captured texts too, which the API records.
    Raises CommandFailed for a file or an API that cannot be read.
    """
    if against == STDIN or os.path.exists(against):
        calls, more = from_bytes(_bytes(against), "standard input" if against == STDIN else against, most)
        since = calls[0].time if calls else datetime.now(UTC)
    else:
        since = _since(against)
        calls, more = from_api(api.client(), since.isoformat(), most)
    read = CapturedTexts(api.client()) if with_content else None
    return Compared(source=against, impact=_impact(document, calls, since, more, read), more=more)


def _impact(
    document: PolicyDocument, calls: tuple[RecordedCall, ...], since: datetime, more: bool, read: Read | None
) -> Impact:
    known_from = calls[0].time if more and calls else since
    return Impact(tuple(Replay(document, known_from, read).run(calls)))


def _since(against: str) -> datetime:
    try:
        return parse_since("--against", against, datetime.now(UTC))
    except FilterError as error:
        raise CommandFailed(f"{error}, or the file of events that kt events list wrote", ExitCode.USAGE) from None


def _bytes(name: str) -> bytes:
    try:
        if name == STDIN:
            return click.get_binary_stream("stdin").read(MAX_FILE_BYTES + 1)
        with open(name, "rb") as stream:
            return stream.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise CommandFailed(f"{name} cannot be read: {reason}. Check the path.", ExitCode.USAGE) from None
