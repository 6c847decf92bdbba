"""E-mail addresses: found by the at sign and a dot behind it, and read from there to both sides."""

from __future__ import annotations

import re
from typing import Final

from keeptrusts.gateway.detectors.families.domains import top_levels
from keeptrusts.gateway.detectors.rules import CERTAIN, LIKELY, Rule

_LOCAL: Final = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._%+'-&"
_LONGEST_LOCAL: Final = 64
_LONGEST_DOMAIN: Final = 253
_DOMAIN: Final = re.compile(r"[\w.-]+")
_REMOTE: Final = re.compile(r"\b(?:ssh|scp|sftp|rsync|git|svn|mosh|clone|ssh-copy-id)\s[^\n@]{0,30}\Z")
_COMMANDS: Final = ("ssh", "scp", "sftp", "rsync", "git", "svn", "mosh", "clone")
_PATH: Final = re.compile(r":(?:~|\.{0,2}/|[\w.-]+/|\d+/)")
_MACHINES: Final = frozenset({"git", "hg", "svn", "ec2-user"})
_TOP_LEVELS: Final = top_levels()
_SPELLED: Final = re.compile(
    r"([\w.+-]{1,64}) ?[\[({<] ?(?:at|@|bei|arroba|chez) ?[\])}>] ?"
    r"([\w-]{1,63}(?: ?(?:[\[({<] ?(?:dot|punkt|punto|ponto|point|\.) ?[\])}>]|\.) ?[\w-]{1,63}){1,4})",
    re.IGNORECASE,
)


def address(text: str, start: int, _end: int) -> tuple[int, int] | None:
    """Give where the address stands whose at sign follows ``start``."""
    at = text.index("@", start)
    first = _local_start(text, at)
    last = _domain_end(text, at)
    if first is None or last is None or _is_of_a_machine(text, first, at, last):
        return None
    return first, last


def _local_start(text: str, at: int) -> int | None:
    window = text[max(0, at - _LONGEST_LOCAL) : at]
    rest = window.rstrip(_LOCAL)
    while rest and rest[-1].isalpha() and rest[-1] < "\u0e00":
        rest = rest[:-1].rstrip(_LOCAL)
    local = window[len(rest) :].lstrip("._%'-&")
    if local.endswith(".") or not local:
        return None
    return at - len(local)


def _domain_end(text: str, at: int) -> int | None:
    """Give where a domain ends that has a top level: the last label that is one, perhaps before a forgotten blank."""
    run = _DOMAIN.match(text, at + 1, at + 1 + _LONGEST_DOMAIN)
    if run is None:
        return None
    labels = run.group().rstrip(".-_").split(".")
    for dropped in (0, 1):
        kept = labels[: len(labels) - dropped]
        if len(kept) < 2 or not all(kept) or kept[0].startswith("-"):
            return None
        if (length := _top_level(kept[-1])) is not None:
            return at + 1 + sum(len(label) + 1 for label in kept[:-1]) + length
    return None


def _top_level(label: str) -> int | None:
    """Give how many characters of a label are a top level; what follows without a blank in Chinese is none of it."""
    ascii_part = next((label[:at] for at, char in enumerate(label) if char >= "\u0e00"), label)
    lower = (ascii_part or label).lower()
    if lower in _TOP_LEVELS or lower.startswith("xn--"):
        return len(ascii_part or label)
    return None


def _is_of_a_machine(text: str, first: int, at: int, last: int) -> bool:
    """Say whether it is a login of a machine: in a URL, an scp path, or behind the name of such a command."""
    before = text[max(0, first - 100) : first]
    if "://" in before and not before[-1].isspace() and "://" in before.rsplit(None, 1)[-1]:
        return "=" not in before.rsplit("://", 1)[-1]
    if text[first:at].lower() in _MACHINES:
        return True
    if text[last : last + 1] == ":" and _PATH.match(text, last, last + 60) is not None:
        return True
    if text[first - 1 : first] == "<":
        return False
    near = before[-40:]
    return any(command in near for command in _COMMANDS) and _REMOTE.search(near) is not None


def spelled(text: str, start: int, _end: int) -> tuple[int, int] | None:
    """Give where an address stands that somebody wrote with ``[at]`` and ``[dot]``."""
    window = text[max(0, start - _LONGEST_LOCAL) : start + 1]
    first = start + 1 - (len(window) - len(window.rstrip(_LOCAL)))
    match = _SPELLED.match(text, first, first + 200)
    if match is None:
        return None
    last = re.split(r"[^\w-]+", match.group(2))[-1].lower()
    return match.span() if last in _TOP_LEVELS else None


RULES: Final = (
    Rule(
        id="email",
        kind="EMAIL",
        pattern=r"[A-Za-z0-9_%+'\-\x80-\xff]@[A-Za-z0-9\x80-\xff][A-Za-z0-9\-\x80-\xff]*\.[A-Za-z0-9\x80-\xff\-]{2}",
        score=CERTAIN,
        joined=True,
        seek=address,
    ),
    Rule(
        id="email-spelled",
        kind="EMAIL",
        pattern=r"[a-z0-9] ?[\[({<] ?(?:at|@|bei|arroba|chez) ?[\])}>] ?[a-z0-9]",
        score=LIKELY,
        caseless=True,
        joined=True,
        seek=spelled,
    ),
)
