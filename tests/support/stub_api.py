"""An HTTP server with prepared answers, for tests of clients: remembers what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """One answer. ``body`` is JSON, or bytes as they are; a ``cut`` one closes the connection instead of answering."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False

    @property
    def raw(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any


@dataclass(slots=True)
class StubApi:
    """Answers by ``METHOD /path``: each prepared answer once, the last one for ever."""

    url: str
    answers: dict[str, list[Prepared]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def on(self, route: str, *answers: Prepared) -> None:
        self.answers[route] = list(answers)

    def answer(self, asked: Asked) -> Prepared:
        self.asked.append(asked)
        prepared = self.answers.get(f"{asked.method} {asked.path}")
        if not prepared:
            detail = f"the stub has no {asked.method} {asked.path}"
            return Prepared(status=404, body={"status": 404, "detail": detail, "code": "not_found"})
        return prepared.pop(0) if len(prepared) > 1 else prepared[0]


@contextmanager
def stub_api() -> Iterator[StubApi]:
    """Serve on a free port of this machine until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length", 0))
            raw = self.rfile.read(length)
            prepared = api.answer(
                Asked(
                    method=self.command,
                    path=parts.path,
                    query=dict(parse_qsl(parts.query)),
                    headers=dict(self.headers.items()),
                    body=json.loads(raw) if raw else None,
                )
            )
            if prepared.cut:
                self.close_connection = True
                return
            self.send_response(prepared.status)
            for name, value in {"Content-Length": str(len(prepared.raw)), **prepared.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(prepared.raw)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _answer

        def log_message(self, format: str, *args: Any) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    api = StubApi(url=f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
