"""The ports of a stack, all shifted by one offset, and who holds one that is busy."""

from __future__ import annotations

import errno
import socket
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from keeptrusts.cli.stack.failure import StackError
from keeptrusts.cli.stack.processes import describe
from keeptrusts.schemas.frozen import frozen

LOOPBACK = "127.0.0.1"
OFFSET_VARIABLE = "KEEPTRUSTS_PORT_OFFSET"
MAX_OFFSET = 65535 - 41012
_LISTEN = "0A"
_POLL_SECONDS = 0.2
CLOSING_SECONDS = 65.0
"""How long a closed connection may hold its port: Linux keeps it in TIME_WAIT for 60 seconds."""


@frozen
class Ports:
    """TCP ports on loopback. `offset` 0 gives the documented ones."""

    offset: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.offset <= MAX_OFFSET:
            raise StackError(f"The port offset {self.offset} is outside 0..{MAX_OFFSET}.", fix="choose one inside")

    @property
    def gateway(self) -> int:
        return 41002 + self.offset

    @property
    def admin(self) -> int:
        return 41012 + self.offset

    @property
    def api(self) -> int:
        return 8080 + self.offset

    @property
    def kafka(self) -> int:
        return 19092 + self.offset

    @property
    def controller(self) -> int:
        return 19093 + self.offset

    @property
    def api_url(self) -> str:
        return f"http://{LOOPBACK}:{self.api}"

    @property
    def gateway_url(self) -> str:
        return f"http://{LOOPBACK}:{self.gateway}"

    @property
    def bootstrap(self) -> str:
        return f"{LOOPBACK}:{self.kafka}"

    def named(self) -> tuple[tuple[str, int], ...]:
        """Every port with the name of what listens on it."""
        return (
            ("Kafka", self.kafka),
            ("Kafka's controller", self.controller),
            ("the API", self.api),
            ("the gateway", self.gateway),
            ("the gateway's admin port", self.admin),
        )

    def used_by(self, children: Collection[str]) -> tuple[tuple[str, int], ...]:
        """The named ports on which these children of the stack listen."""
        owners = ("kafka", "kafka", "api", "gateway", "gateway")
        return tuple(port for owner, port in zip(owners, self.named(), strict=True) if owner in children)


def offset_from(environment: Mapping[str, str]) -> int:
    """Read the offset that the environment asks for, 0 by default. Raises StackError when it is no number."""
    text = environment.get(OFFSET_VARIABLE, "")
    if not text:
        return 0
    if not (text.isascii() and text.isdigit()):
        raise StackError(f"{OFFSET_VARIABLE} is {text[:40]!r}.", fix="set it to a whole number")
    return int(text)


def require_free(ports: Iterable[tuple[str, int]], *, patience_s: float = CLOSING_SECONDS) -> None:
    """Raise StackError naming the process that holds the first port that is not free.

    Some of our ports lie where the system picks ports for outgoing connections, and one that was just closed holds
    its port for a minute. Where nobody listens, that is waited for; blocks at most ``patience_s`` a port.
    """
    for name, port in ports:
        if is_free(port) or (not any(_listening_inodes(port)) and _becomes_free(port, patience_s)):
            continue
        holders = holders_of(port)
        who = describe(holders[0]) if holders else "a connection or a process of another user"
        raise StackError(
            f"Port {port} for {name} is held by {who}.",
            fix="end that process, or shift all ports with --port-offset 100",
        )


def _becomes_free(port: int, patience_s: float) -> bool:
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)
        if is_free(port):
            return True
    return False


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of the loopback address now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # closed connections do not count
        try:
            probe.bind((LOOPBACK, port))
            probe.listen(1)
        except OSError as error:
            if error.errno in {errno.EADDRINUSE, errno.EACCES}:
                return False
            raise
    return True


def first_free_offset(candidates: Iterable[int]) -> int:
    """The first offset whose ports are all free. Raises StackError when no candidate is."""
    tried = 0
    for offset in candidates:
        tried += 1
        if all(is_free(port) for _, port in Ports(offset=offset).named()):
            return offset
    raise StackError(f"None of {tried} port offsets is free.", fix="end another stack with `kt down`")


def holders_of(port: int) -> tuple[int, ...]:
    """Pids of the processes that listen on this port; empty when they belong to others or there is no /proc."""
    inodes = set(_listening_inodes(port))
    if not inodes:
        return ()
    links = {f"socket:[{inode}]" for inode in inodes}
    return tuple(sorted(pid for pid in _pids() if _has_open(pid, links)))


def _listening_inodes(port: int) -> Iterator[str]:
    for table in ("tcp", "tcp6"):
        try:
            lines = Path("/proc/net", table).read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            if fields[3] == _LISTEN and int(fields[1].rpartition(":")[2], 16) == port:
                yield fields[9]


def _pids() -> Iterator[int]:
    return (int(entry.name) for entry in Path("/proc").glob("[0-9]*"))


def _has_open(pid: int, links: set[str]) -> bool:
    try:
        return any(str(entry.readlink()) in links for entry in Path(f"/proc/{pid}/fd").iterdir())
    except OSError:
        return False  # another user's process, or gone meanwhile
