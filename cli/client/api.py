"""The API's HTTP client: one request at a time, bounded in time and size; only reads are repeated."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

from keeptrusts.cli.client.connection import Connection
from keeptrusts.cli.client.failures import ApiRefusal, unreachable
from keeptrusts.cli.exit_codes import CommandFailed, ExitCode
from keeptrusts.schemas.frozen import frozen

TIMEOUT_S: Final = 30.0
PAUSES_S: Final = (0.2, 0.8)
"""Pauses before a read is repeated, so at most two repeats."""
MAX_ANSWER_BYTES: Final = 64 * 1024 * 1024
_AGAIN: Final = frozenset({502, 503, 504})
_EVENTS: Final[Mapping[str, str]] = MappingProxyType({"Accept": "text/event-stream"})


@frozen
class Answer:
    """An answer below 400: its status, its headers (lower case) and its JSON."""

    status: int
    headers: Mapping[str, str]
    document: Any


def path_of(*parts: str) -> str:
    """Join path segments, each quoted: names with slashes and spaces stay one segment."""
    return "/" + "/".join(quote(part, safe=":@") for part in parts)


@frozen
class ApiClient:
    """Sends one access key to one API. Redirects are never followed: they could carry the key elsewhere."""

    connection: Connection
    timeout_s: float = TIMEOUT_S

    def get(
        self, path: str, query: Mapping[str, str] | None = None, *, pauses_s: tuple[float, ...] = PAUSES_S
    ) -> Answer:
        """Read; repeated after each pause when the API is away or not ready. Raises CommandFailed."""
        for pause_s in pauses_s:
            try:
                return self._once("GET", path, query, None, {})
            except CommandFailed as failure:
                if not _may_pass(failure):
                    raise
            time.sleep(pause_s)
        return self._once("GET", path, query, None, {})

    def send(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, str] | None = None,
        idempotency_key: str | None = None,
    ) -> Answer:
        """Write, once. Raises CommandFailed: with an unclear end the log alone knows whether it happened."""
        headers = {} if idempotency_key is None else {"Idempotency-Key": idempotency_key}
        return self._once(method, path, query, body, headers)

    @contextmanager
    def stream(
        self, path: str, query: Mapping[str, str], *, read_timeout_s: float, headers: Mapping[str, str] = _EVENTS
    ) -> Iterator[HTTPResponse]:
        """Open an answer that is read as it comes, by default server-sent events.

        What does not come in time raises TimeoutError while reading.
        """
        opened = self._open(read_timeout_s)
        try:
            response = self._exchange(opened, "GET", path, query, None, headers)
            if response.status >= 400:
                raise ApiRefusal(response.status, _problem(response.read(MAX_ANSWER_BYTES)))
            yield response
        finally:
            opened.close()

    def _once(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None,
        body: Mapping[str, Any] | None,
        headers: Mapping[str, str],
    ) -> Answer:
        opened = self._open(self.timeout_s)
        try:
            response = self._exchange(opened, method, path, query, body, headers)
            raw = self._read(response)
        finally:
            opened.close()
        if response.status >= 300:
            raise ApiRefusal(response.status, _problem(raw))
        return Answer(
            status=response.status,
            headers={name.lower(): value for name, value in response.getheaders()},
            document=self._json(raw),
        )

    def _open(self, timeout_s: float) -> HTTPConnection:
        parts = urlsplit(self.connection.api_url)
        host = parts.hostname or ""
        if parts.scheme == "https":
            return HTTPSConnection(host, parts.port, timeout=timeout_s)
        return HTTPConnection(host, parts.port, timeout=timeout_s)

    def _exchange(
        self,
        opened: HTTPConnection,
        method: str,
        path: str,
        query: Mapping[str, str] | None,
        body: Mapping[str, Any] | None,
        headers: Mapping[str, str],
    ) -> HTTPResponse:
        target = urlsplit(self.connection.api_url).path + path + (f"?{urlencode(query)}" if query else "")
        sent = {"Authorization": f"Bearer {self.connection.token}", "Accept": "application/json", **headers}
        payload = None
        if body is not None:
            payload = json.dumps(body).encode()
            sent["Content-Type"] = "application/json"
        try:
            opened.request(method, target, body=payload, headers=sent)
            return opened.getresponse()
        except (OSError, HTTPException, UnicodeError, ValueError) as error:
            raise _NotReached(self.connection.api_url, error) from error

    def _read(self, response: HTTPResponse) -> bytes:
        try:
            raw = response.read(MAX_ANSWER_BYTES + 1)
        except (OSError, HTTPException) as error:
            raise _NotReached(self.connection.api_url, error) from error
        if len(raw) > MAX_ANSWER_BYTES:
            raise unreachable(self.connection.api_url, f"its answer is above {MAX_ANSWER_BYTES} bytes")
        return raw

    def _json(self, raw: bytes) -> Any:
        try:
            return json.loads(raw)
        except ValueError:
            raise unreachable(self.connection.api_url, "its answer is not JSON") from None


class _NotReached(CommandFailed):
    """No answer came: not connected, cut, or too late."""

    def __init__(self, url: str, error: Exception) -> None:
        super().__init__(unreachable(url, _reason(error)).message, ExitCode.UNAVAILABLE)


def _may_pass(failure: CommandFailed) -> bool:
    return isinstance(failure, _NotReached) or (isinstance(failure, ApiRefusal) and failure.status in _AGAIN)


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "it took too long"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return type(error).__name__


def _problem(raw: bytes) -> Mapping[str, Any]:
    try:
        document = json.loads(raw)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
