"""An OTLP/HTTP collector that keeps every byte it is sent, so that what spans tell can be searched."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class TraceCollector(ThreadingHTTPServer):
    """Takes exports at any path; spans arrive as protobuf, in which texts stand as they are."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taking)
        self._lock = threading.Lock()
        self._bodies: list[bytes] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def keep(self, body: bytes) -> None:
        with self._lock:
            self._bodies.append(body)

    def exported(self) -> bytes:
        """Everything so far."""
        with self._lock:
            return b"\n".join(self._bodies)


class _Taking(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, TraceCollector)
        assert self.headers.get("Content-Encoding") is None, "what is packed could not be searched"
        self.server.keep(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def collecting() -> Iterator[TraceCollector]:
    """Run a collector for the time of the context."""
    with TraceCollector() as collector:
        serving = threading.Thread(target=collector.serve_forever, daemon=True)
        serving.start()
        try:
            yield collector
        finally:
            collector.shutdown()
            serving.join(10)
