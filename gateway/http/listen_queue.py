"""Empties a listening socket's queue before the socket closes: callers who wait there believe they are connected.

A socket that closes resets the connections in its queue. Other sockets on the same port get none of them, unless the
machine is set to (`net.ipv4.tcp_migrate_req`). To let the event loop accept for a moment longer is not enough: uvloop
accepts one connection a round, and new ones may keep coming.
"""

from __future__ import annotations

import asyncio
import ctypes
import logging
import select
import socket
import struct
import sys
from collections.abc import Sequence
from typing import Final

logger = logging.getLogger(__name__)

MOST_S: Final = 5.0
"""How long accepting may take; where newcomers cannot be kept out, the queue might never be empty."""
_ROUNDS_TO_BEGIN: Final = 5
"""How many rounds of the loop it takes at most from accepting a connection until its protocol is made."""
_ATTACH_FILTER: Final = 26
"""Linux's SO_ATTACH_FILTER, which Python's socket module does not name."""
_DROP_REQUESTS_TO_CONNECT: Final = (
    (0x30, 0, 0, 13),  # load the byte of the TCP header that holds its flags
    (0x45, 0, 1, 0x02),  # if SYN is among them, go on, else skip one instruction
    (0x06, 0, 0, 0),  # drop the packet
    (0x06, 0, 0, 0xFFFFFFFF),  # let the whole packet through
)
"""A packet filter (BPF): code, instructions to skip if so, if not, and a value."""


async def accept_waiting(listeners: Sequence[socket.socket], handshake_s: float) -> None:
    """Have the running loop accept everybody who has connected, or does within ``handshake_s``, and nobody new.

    A caller may believe that it is connected when the last packet of its handshake is still on its way to us; that is
    what ``handshake_s`` is for. A caller that asks to connect meanwhile gets no answer and asks again a second later.
    Then it is refused, or served by another process on this port.

    Nobody can serve on these sockets afterwards, in no process that shares them.
    """
    queues = select.poll()
    for listener in listeners:
        _let_nobody_in(listener)
        queues.register(listener.fileno(), select.POLLIN)
    await asyncio.sleep(handshake_s)
    found_empty = 0
    try:
        async with asyncio.timeout(MOST_S):
            while found_empty <= _ROUNDS_TO_BEGIN:
                await asyncio.sleep(0)
                found_empty = 0 if queues.poll(0) else found_empty + 1
    except TimeoutError:
        logger.warning("connections are cut that were not accepted within %g s", MOST_S)


def _let_nobody_in(listener: socket.socket) -> None:
    """Have the kernel drop requests to connect; it goes on with handshakes that have begun."""
    if sys.platform != "linux":
        return  # whoever connects between the last look at the queue and the close is cut off
    instructions = b"".join(struct.pack("=HBBI", *one) for one in _DROP_REQUESTS_TO_CONNECT)
    held = ctypes.create_string_buffer(instructions, len(instructions))
    program = struct.pack("@HP", len(_DROP_REQUESTS_TO_CONNECT), ctypes.addressof(held))
    try:
        listener.setsockopt(socket.SOL_SOCKET, _ATTACH_FILTER, program)
    except OSError as error:
        logger.warning("callers who connect while the socket closes may be cut off: %s", error)
