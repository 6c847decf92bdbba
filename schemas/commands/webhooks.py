"""Intents about webhooks: where an organization wants to be told of events."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from keeptrusts.schemas.commands.people import Description
from keeptrusts.schemas.outbound import MOST_URL_CHARACTERS
from keeptrusts.schemas.record import Record

WebhookUrl = Annotated[str, StringConstraints(min_length=1, max_length=MOST_URL_CHARACTERS)]
EventPattern = Annotated[str, StringConstraints(pattern=r"^[a-z*]{1,40}(\.[a-z_*]{1,40})?$")]
EventPatterns = Annotated[tuple[EventPattern, ...], Field(min_length=1, max_length=20)]


class WebhookCreateRequested(Record):
    """Tell ``url`` of events that match a pattern; with ``team``, only of that team's.

    The secret follows from the installation's key secret ``secret_version``; it is shown once and never recorded.
    """

    webhook: str
    url: WebhookUrl
    events: EventPatterns
    team: str | None = None
    description: Description = ""
    enabled: bool = True
    secret_version: int = 1


class WebhookChangeRequested(Record):
    """Change what is given; enabling it again forgets why it was switched off."""

    webhook: str
    url: WebhookUrl | None = None
    events: EventPatterns | None = None
    description: Description | None = None
    enabled: bool | None = None


class WebhookDeleteRequested(Record):
    webhook: str


class WebhookRotateRequested(Record):
    """Give a webhook its next secret, number ``rotation``; the one before signs along for a day."""

    webhook: str
    rotation: int = Field(ge=1)
    secret_version: int = 1


class WebhookTestRequested(Record):
    """Send a message of the type ``webhook.test``."""

    webhook: str
