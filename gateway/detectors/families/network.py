"""Addresses of machines and pages: IP, MAC, URL."""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv6Address
from typing import Final

from keeptrusts.gateway.detectors.rules import CERTAIN, LIKELY, NOTHING, PLAIN, WEAK, Context, Rule

_V6_RUN: Final = re.compile(r"[0-9A-Fa-f:.]+")
_URL_RUN: Final = re.compile(r"[^\s<>\"'`\\^{}|\u3000-\u303f\uff00-\uffef]+")
_HOST: Final = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-"
_PATH_AFTER: Final = re.compile(r"(?::\d{2,5})?(?:[/?#][^\s<>\"'`\\^{}|]*)?")
_ADDRESS_WORDS: Final = (
    "ip", "ips", "ip address", "ipv4", "address", "host", "hosts", "server", "client", "from", "remote", "peer",
    "gateway",
    "dns", "ping", "login", "logged in", "adresse ip", "dirección ip", "indirizzo ip", "endereço ip", "adres ip",
)  # fmt: skip
_VERSIONS: Final = (
    "version", "versions", "ver", "release", "released", "build", "assembly", "firmware", "driver", "section",
    "chapter",
    "upgrade", "upgraded", "requires", "changelog", "revision", "rev", "sdk", "runtime", "plugin", "package", "clause",
    "versión", "versione", "fileversion", "productversion",
)  # fmt: skip
_RESOLVERS: Final = frozenset({(1, 1, 1, 1), (1, 0, 0, 1), (8, 8, 8, 8), (8, 8, 4, 4), (9, 9, 9, 9)})


def _octets(text: str) -> tuple[int, ...] | None:
    """Give the four numbers of an address of one machine; None for masks, loopback and what is no address."""
    parts = text.split(".")
    if any((len(part) > 1 and part[0] == "0") or int(part) > 255 for part in parts):
        return None
    octets = tuple(int(part) for part in parts)
    if octets[0] in (0, 127, 255) or octets[0] >= 240 or octets == (169, 254, 169, 254):
        return None
    return octets


def is_v4(text: str) -> bool:
    """Say whether a text is an address of a machine that no version would be: a number above 20, or of a private net
    (RFC 791, RFC 1918)."""
    octets = _octets(text)
    if octets is None:
        return False
    return max(octets) > 20 or (octets[0] == 10 and octets[1:] != (0, 0, 0)) or octets in _RESOLVERS


def may_be_v4(text: str) -> bool:
    """Say whether a text can be an address of a machine at all."""
    return _octets(text) is not None


def v4_place(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Give where an address stands that is not a piece of a version, a range of a net, or a longer number."""
    before, after = text[max(0, start - 2) : start], text[end : end + 3]
    if before[-1:] in ("=", "~", "^", ">", "<") and not before.endswith((" =", '"=')) and before[:1] in "=~^><!":
        return None
    if before and (before[-1] in ".-_" or before[-1].isalnum() or (before[-1] == "/" and before[:1].isalnum())):
        return None
    if after and ((after[0].isalpha() and after[0] < "\u0e00") or after[0] == "_"):
        return None
    if len(after) > 1 and after[0] in ".-" and after[1].isalnum() and not after[1].isupper():
        return None
    if after[:1] == "/" and after[1:2].isdigit() and text[start:end].endswith(".0"):
        return None
    return start, end


def v6_place(text: str, start: int, _end: int) -> tuple[int, int] | None:
    """Give where an address stands that begins as those in use do (RFC 4291; IANA, "IPv6 address space")."""
    run = _V6_RUN.match(text, start, start + 46)
    if run is None or (start and (text[start - 1] in ":." or text[start - 1].isalnum())):
        return None
    found = run.group().rstrip(".:") if not run.group().endswith("::") else run.group()
    following = text[start + len(found) : start + len(found) + 1]
    if following.isalnum() or found.count(":") < 2:
        return None
    try:
        IPv6Address(found)
    except AddressValueError:
        return None
    return (start, start + len(found)) if not found.endswith("::") else None


_HARDWARE_WORDS: Final = (
    "mac", "mac address", "mac addresses", "arp", "interface", "hardware address", "cisco", "ether", "ethernet",
    "bssid", "switch", "switchport", "vlan", "lldp", "dhcp", "wlan", "wifi", "nic", "access point", "bia", "client",
    "station",
)  # fmt: skip
_MAC_SIGNS: Final = frozenset(":-.")


def mac_place(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Give where a hardware address stands (IEEE 802): one sign between its pairs, and no pairs around it."""
    if text[end : end + 1] in (":", "-") or (start and text[start - 1] in ":-."):
        return None
    found = text[start:end]
    signs = _MAC_SIGNS.intersection(found)
    if len(signs) != 1:
        return None
    plain = found.replace(next(iter(signs)), "")
    if len(set(plain.lower())) < 3 or (":" not in found and plain.isdigit()):
        return None
    return start, end


def url_place(text: str, start: int, _end: int) -> tuple[int, int] | None:
    """Give where a URL ends: before a blank or a quote, and without the signs of the sentence around it."""
    if text[start - 1 : start] in ("/", ":") and start:
        return None
    run = _URL_RUN.match(text, start, start + 2048)
    if run is None:
        return None
    found = run.group()
    while found:
        kept = found.rstrip(".,;:!?*_~…")
        for opening, closing in ("()", "[]"):
            if kept.endswith(closing) and kept.count(opening) < kept.count(closing):
                kept = kept[:-1]
        if kept == found:
            break
        found = kept
    host = found.split("://", 1)[-1]
    return (
        (start, start + len(found))
        if (len(host) > 3 and "." in host) or ("localhost" not in host and ":" in host)
        else None
    )


def host_place(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Give where the name of a site stands that nobody wrote a scheme before; names of packages are none."""
    window = text[max(0, start - 80) : start + 1]
    host = window[len(window.rstrip(_HOST)) :].lstrip(".-")
    first = start + 1 - len(host)
    before = text[max(0, first - 1) : first]
    if not host or before in ("@", "/", ":", "_", "\\", "$", "+", "'") or before.isalnum():
        return None
    after = text[end : end + 2]
    if after[:1] in ("(", "_", "-", "=") or (after[:1] == "." and after[1:2].isalnum()) or after[:1].isalnum():
        return None
    if host in ("java", "javax", "asp", "vb", "android", "ado", "system") and text[end - 3 : end] == "net":
        return None
    path = _PATH_AFTER.match(text, end, end + 2048)
    last = path.end() if path is not None else end
    while last > end and text[last - 1] in ".,;:!?)]*":
        last -= 1
    return first, last


_V4: Final = r"\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b"
RULES: Final = (
    Rule(
        id="ipv4", kind="IP_ADDRESS", pattern=_V4, score=LIKELY, seek=v4_place, check=is_v4, against=_VERSIONS,
        context=Context(words=_ADDRESS_WORDS, score=CERTAIN), joined=True,
    ),
    Rule(
        id="ipv4-small", kind="IP_ADDRESS", pattern=_V4, score=WEAK, seek=v4_place, check=may_be_v4, against=_VERSIONS,
        context=Context(words=_ADDRESS_WORDS, before=24), joined=True,
    ),
    Rule(
        id="ipv6", kind="IP_ADDRESS", pattern=r"\b(?:[23][0-9a-f]{3}|fe80|f[cd][0-9a-f]{2}|64):[0-9a-f:]",
        caseless=True,
        seek=v6_place, joined=True,
    ),
    Rule(
        id="mac", kind="MAC_ADDRESS", pattern=r"\b[0-9a-f]{2}(?:[:\-][0-9a-f]{2}){5}\b", caseless=True, score=LIKELY,
        seek=mac_place, joined=True, before=r"(?:^|[^:\-.])",
    ),
    Rule(
        id="mac-dotted", kind="MAC_ADDRESS", pattern=r"\b[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}\b", caseless=True,
        score=NOTHING, context=Context(words=_HARDWARE_WORDS, after=16),
        seek=mac_place,
    ),
    Rule(
        id="url", kind="URL", pattern=r"\b(?:https?|ftps?|wss?)://[a-z0-9\[\x80-\xff]|\bwww\.[a-z0-9]", caseless=True,
        seek=url_place, joined=True,
    ),
    Rule(
        id="host", kind="URL", pattern=r"[a-z0-9]\.(?:com|org|net|edu|gov)\b", score=PLAIN, seek=host_place,
        joined=True,
    ),
)  # fmt: skip
