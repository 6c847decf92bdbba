"""Keeps the texts of calls where the caller's audit-logger says so: of the request before its decision, of the answer
before its completion. Where it says nothing, none of this runs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final, TypeVar

import orjson

from keeptrusts.gateway.pipeline.appending import audit_unavailable
from keeptrusts.gateway.pipeline.content_desk import subject_of
from keeptrusts.gateway.pipeline.judging import TooLongJudgedError, too_much, whose
from keeptrusts.gateway.pipeline.services import Services
from keeptrusts.gateway.pipeline.stream_texts import StreamTexts
from keeptrusts.gateway.pipeline.values import Admission, IncomingCall, Invocation, KeptContent, ModelCall
from keeptrusts.gateway.policies.captured_texts import Redactor
from keeptrusts.gateway.policies.compile import Keeping
from keeptrusts.gateway.policies.protocol import RequestFacts
from keeptrusts.gateway.policies.texts import Text, size_of, texts_of_answer, texts_of_request
from keeptrusts.schemas.content_keys import ContentKeyError
from keeptrusts.schemas.errors import Problem
from keeptrusts.schemas.events.identity import Identity
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.publishing import PublishError
from keeptrusts.schemas.sealed_content import Captured, Part

T = TypeVar("T")
_OK: Final = 200


@frozen
class Keeper:
    """Keeps what belongs to one call."""

    services: Services
    call: IncomingCall
    identity: Identity
    captured: Captured
    keep_days: int
    redactor: Redactor

    async def request(self, asked: ModelCall) -> KeptContent | Problem:
        """Keep a request as it was received, or after redaction."""
        if self.captured == "full":
            return await self.keep(asked.body, "input")
        return await self._keep_redacted(asked.document, texts_of_request(asked.document), "input")

    async def answer(self, admission: Admission, invocation: Invocation) -> KeptContent | Problem | None:
        """Keep a whole answer as the provider gave it, or after redaction; None where there is none, or no text."""
        if not admission.asked.with_output or invocation.problem is not None or invocation.status != _OK:
            return None
        if self.captured == "full":
            return await self.keep(invocation.body, "output")
        document: dict[str, Any] = orjson.loads(invocation.body)
        return await self._keep_redacted(document, texts_of_answer(document), "output")

    async def stream(self, gathered: StreamTexts) -> KeptContent | Problem:
        """Keep the texts of a stream as they were released, or after redaction."""
        return await self.texts(gathered.texts(), "output", truncated=gathered.truncated)

    async def texts(self, texts: Sequence[Text], part: Part, *, truncated: bool = False) -> KeptContent | Problem:
        """Keep texts by themselves."""
        kept: Sequence[Any] = [text.text for text in texts]
        if self.captured != "full":
            try:
                kept = await self._looked_at(texts, partial(self.redactor.texts, texts, self._secret))
            except TooLongJudgedError:
                return too_much()
        shown = [{"channel": text.channel, "text": one} for text, one in zip(texts, kept, strict=True)]
        return await self.keep(orjson.dumps({"texts": shown, "truncated": truncated}), part)

    async def _keep_redacted(
        self, document: Mapping[str, Any], texts: Sequence[Text], part: Part
    ) -> KeptContent | Problem:
        try:
            redacted = await self._looked_at(texts, partial(self.redactor.document, document, texts, self._secret))
        except TooLongJudgedError:
            return too_much()
        return await self.keep(orjson.dumps(redacted), part)

    async def _looked_at(self, texts: Sequence[Text], work: Callable[[], T]) -> T:
        """Have texts looked at, large ones beside the event loop. Raises TooLongJudgedError."""
        return await self.services.judging.done(work, size_of(texts), whose(self.identity))

    async def keep(self, plain: bytes, part: Part) -> KeptContent | Problem:
        """Have the log take a content; a Problem when it is not known to have it."""
        desk = self.services.content
        if desk is None:
            return audit_unavailable()
        try:
            return await desk.keep(
                plain,
                org=self.identity.org,
                subject=subject_of(self.identity),
                request=self.call.request,
                part=part,
                captured=self.captured,
                keep_days=self.keep_days,
            )
        except (PublishError, ContentKeyError):
            return audit_unavailable()

    @property
    def _secret(self) -> bytes:
        return self.services.settings.oldest_secret


def keeper_of(
    services: Services, call: IncomingCall, identity: Identity, keeping: Keeping, facts: RequestFacts
) -> Keeper | None:
    """Give what keeps the texts of a call; None where the audit-logger that is for it says none."""
    captured = keeping.captured(facts)
    if captured is None:
        return None
    return Keeper(
        services=services,
        call=call,
        identity=identity,
        captured=captured,
        keep_days=keeping.keep_days,
        redactor=keeping.redactor,
    )
