"""Sockets that connect to no inner address: judged as resolved, at the moment the socket is made."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

from keeptrusts.schemas.outbound import OutboundRules, may_connect


def guarded_sockets(rules: OutboundRules) -> Callable[[Any], socket.socket]:
    """Give what makes a connector's sockets from (family, type, protocol, name, address); raises OSError for others."""

    def make(address: Any) -> socket.socket:
        if not may_connect(str(address[4][0]), rules):
            raise OSError("the name leads to an inner address")
        return socket.socket(address[0], address[1], address[2])

    return make
