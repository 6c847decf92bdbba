"""Which addresses a URL that a caller or a document gives may lead to. Judged twice: as written, and as resolved.

What is judged as written gives people a reason at once; what counts is the address at the moment of connecting, since a
name may resolve to anything, and to something else the next time. Pure: sockets and resolvers are the callers'.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final
from urllib.parse import urlsplit

from keeptrusts.schemas.frozen import frozen

ALLOW_VARIABLE: Final = "KEEPTRUSTS_OUTBOUND_ALLOW"
MOST_URL_CHARACTERS: Final = 2_000

_PLAIN_HOST: Final = re.compile(r"^[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9_])?\Z")
_NUMBER_LAST: Final = re.compile(r"(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)\Z")
_INNER_NAMES: Final = frozenset({"localhost", "metadata", "instance-data"})
_INNER_ENDINGS: Final = (".localhost", ".local", ".internal", ".localdomain", ".lan", ".home.arpa", ".arpa")
_NOT_OUTSIDE_V4: Final = (
    IPv4Network("192.0.0.0/24"),  # protocols' own, and a cloud's service to its machines
    IPv4Network("192.88.99.0/24"),  # relays of 6to4
    IPv4Network("168.63.129.16/32"),  # a cloud's own service to its machines, at a public address
)
_OUTSIDE_V6: Final = IPv6Network("2000::/3")
_NOT_OUTSIDE_V6: Final = (
    IPv6Network("2001::/23"),  # special purposes, Teredo among them
    IPv6Network("2001:db8::/32"),
    IPv6Network("2002::/16"),  # 6to4: holds an IPv4 address
    IPv6Network("3fff::/20"),
)
_ISATAP: Final = frozenset({0x00005EFE, 0x02005EFE})


@frozen
class OutboundRules:
    """What an operator allows beside public addresses under https: networks, and hosts by name (in lower case)."""

    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    hosts: frozenset[str] = frozenset()

    def names(self, host: str) -> bool:
        """Say whether a host is allowed by its name, whatever it resolves to."""
        return host.lower().rstrip(".") in self.hosts

    def holds(self, address: IPv4Address | IPv6Address) -> bool:
        return any(address.version == network.version and address in network for network in self.networks)


PUBLIC_ONLY: Final = OutboundRules()


def rules_of(text: str) -> OutboundRules:
    """Read an operator's list, such as ``127.0.0.1/32, hooks.corp.example``; raises ValueError naming the entry."""
    networks: list[IPv4Network | IPv6Network] = []
    hosts: set[str] = set()
    for entry in filter(None, (part.strip().lower() for part in text.split(","))):
        if "/" in entry or _address(entry) is not None:
            try:
                networks.append(ip_network(entry))
            except ValueError:
                raise ValueError(f"{entry[:100]!r} is no network; write it as 10.1.2.0/24") from None
        elif _PLAIN_HOST.match(entry) is None:
            raise ValueError(f"{entry[:100]!r} is neither a network nor a host's name")
        else:
            hosts.add(entry)
    return OutboundRules(networks=tuple(networks), hosts=frozenset(hosts))


def problem_of_url(url: str, rules: OutboundRules) -> str | None:
    """Say why no request may go to a URL as it is written; None when that depends on what its host resolves to."""
    if len(url) > MOST_URL_CHARACTERS:
        return f"is longer than {MOST_URL_CHARACTERS} characters"
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        return "must be plain ASCII without spaces (write names of other scripts as xn--...)"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "is no URL"
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return "must begin with https:// and name a host"
    if "@" in parts.netloc:
        return "must not hold a user or a password"
    if port == 0:
        return "must not name port 0"
    if "#" in url:
        return "must not hold a fragment"
    return _problem_of_host(parts.hostname, "[" in parts.netloc, parts.scheme, rules)


def host_of(url: str) -> str:
    """Give the host of a URL that ``problem_of_url`` has let pass, in lower case without a last dot."""
    return (urlsplit(url).hostname or "").rstrip(".")


def may_connect(address: str, rules: OutboundRules) -> bool:
    """Say whether a connection may be made to an address as the resolver gave it."""
    found = _address(address.partition("%")[0])
    return found is not None and (rules.holds(found) or _outside(found))


def _problem_of_host(hostname: str, bracketed: bool, scheme: str, rules: OutboundRules) -> str | None:
    host = hostname.rstrip(".")
    if rules.names(host):
        return None
    literal = _address(host)
    if bracketed != isinstance(literal, IPv6Address):
        return "must name a host, or an address as 203.0.113.7 or [2606:4700::1]"
    if literal is None and _NUMBER_LAST.search(host) is not None:
        return "must write an address as four decimal numbers"
    if literal is None and (_PLAIN_HOST.match(host) is None or ".." in host):
        return "must name a host"
    if literal is not None and rules.holds(literal):
        return None
    inner = host in _INNER_NAMES or host.endswith(_INNER_ENDINGS)
    if inner or (literal is not None and not _outside(literal)):
        return "leads to this machine or an inner network"
    return None if scheme == "https" else "must begin with https://"


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


def _outside(address: IPv4Address | IPv6Address) -> bool:
    """Say whether an address is one of the public internet's, and holds no other address within."""
    if address.is_multicast or not address.is_global:
        return False
    if isinstance(address, IPv4Address):
        return not _within(address, _NOT_OUTSIDE_V4)
    isatap = int(address) >> 32 & 0xFFFFFFFF in _ISATAP
    return address in _OUTSIDE_V6 and not _within(address, _NOT_OUTSIDE_V6) and not isatap


def _within(address: IPv4Address | IPv6Address, networks: Iterable[IPv4Network | IPv6Network]) -> bool:
    return any(address in network for network in networks)
