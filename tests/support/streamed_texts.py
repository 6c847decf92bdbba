"""Texts that come in pieces, made at random from a seed, and what is left of them once findings are written over."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from random import Random
from urllib.parse import quote

from keeptrusts.gateway.detectors.families import email, email_in_words, payment, phones
from keeptrusts.gateway.detectors.families.secret_assignments import assignment_rules
from keeptrusts.gateway.detectors.families.secret_texts import text_rules
from keeptrusts.gateway.detectors.look import looking, seen
from keeptrusts.gateway.detectors.openings import Openings
from keeptrusts.gateway.detectors.overlaps import resolved
from keeptrusts.gateway.detectors.rules import LIKELY, PLAIN, WEAK, Context, Finding, Rule
from keeptrusts.gateway.detectors.scanner import Scanner
from keeptrusts.gateway.detectors.streamed import MOST_HELD, StreamedText

FOUND = [
    "joe@example.com",
    "anna.schmidt@firma.example.de",
    "joe [at] example [dot] com",
    "joe at example dot com",
    "+1 415 555 2671",
    "(555) 123-4567 ext. 42",
    "tel: 5551234567",
    "4111 1111 1111 1111",
    "card: 4111111111111111",
    "DE89 3704 0044 0532 0130 00",
    "GB82WEST12345698765432",
    "ACME-123456",
    "Project  Falcon",
    "1234 is the pin",
    "my pin is 8472",
    "password = 'k7Rw!qz94'",
    "the password is k7Rw!qz94, please",
    "postgres://app:k7Rwqz94x@db/main",
    "Authorization: token a8f3k2m9x7q1w5e4r6",
    "routing number 021000021",
    "joe\\u0040example.com",
    "joe&#64;example.com",
    "joe\\x40example.com",
    "joe%2540example.com",
    "joe\\x4&#48;example.com",
    "Y29uZmlkZW50aWFsOiBwbGVhc2Ugd3JpdGUgdG8gam9lQGV4YW1w\nbGUuY29tIGFib3V0IHRoaXMgcGxhbiBiZWZvcmUgdGhl\nIGVuZA==",
]
NOTHING = [
    "The committee met again in the old library and talked for most of the afternoon.",
    "order 4471 failed twice",
    "version 2.14.3",
    "Nobody was in a hurry: 3 proposals, 2 of them with drawings",
    "def handler(event, context): return {'status': 200}",
    "call me at noon, or contact Bob",
    "100% of it &amp; more\\n",
    "Привет, как дела",
    "会议再次在旧图书馆举行",
    "the password is unknown to us",
    "1234-5678-",
    "4111111111111111-5",
    "4111 1111 1111 1111/x",
    "joe@",
    "\u200b",
]
_BETWEEN = [" ", " ", "\n", ", ", ". ", "", ": ", '" ', "; "]
_LOOKALIKES = {ord(plain): odd for plain, odd in zip("aeopcxAEOPC", "аеорсхАЕОРС", strict=True)}


@cache
def few_rules() -> Scanner:
    """Give a scanner of rules of every make that compiles in no time."""
    names = {"email", "email-spelled", "email-in-words", "phone-plus", "phone-american", "phone-labelled", "phone-10"}
    names |= {"card-fours", "card-16", "card-labelled", "iban", "routing", "password-given", "password-said"}
    names |= {"address-password", "address-credentials", "authorization", "private-key", "jwt"}
    rules = [*email.RULES, *email_in_words.RULES, *phones.RULES, *payment.RULES, *assignment_rules(), *text_rules()]
    own = (
        Rule(id="own", kind="OWN", pattern=r"ACME-\d{6}", joined=True),
        Rule(id="term", kind="TERM", pattern=r"project\s+falcon", caseless=True),
        Rule(
            id="pin",
            kind="PIN",
            pattern=r"\b[0-9]{4}\b",
            score=WEAK,
            context=Context(words=("pin",), score=LIKELY, after=12),
        ),
    )
    return looking([*(rule for rule in rules if rule.id in names), *own])


@cache
def openings() -> Openings:
    """Give the openings of the few rules."""
    return Openings(few_rules())


def text_of(random: Random, found: Sequence[str] = FOUND) -> str:
    """Make a text of a few pieces, some of them in disguise or wrapped."""
    made = ""
    for _ in range(random.randint(1, 3)):
        piece = random.choice(random.choice((NOTHING, found, found)))
        made += random.choice(_disguises(random))(piece) + random.choice(_BETWEEN)
    return made


def _disguises(random: Random) -> Sequence[Callable[[str], str]]:
    def wide(text: str) -> str:
        return "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" and random.random() < 0.8 else one for one in text)

    def hidden(text: str) -> str:
        return "".join(one + "\u200b" * (random.random() < 0.2) for one in text)

    return (
        *([str] * 8),
        wide,
        hidden,
        lambda text: text.translate(_LOOKALIKES),
        quote,
        json.dumps,
        lambda text: json.dumps({"a": json.dumps({"b": text})}),
        lambda text: b64encode(text.encode("utf-8", "surrogatepass")).decode(),
    )


def cut(random: Random, text: str) -> list[str]:
    """Cut a text into pieces, of about the same length or of very different ones."""
    most = random.choice((3, 24, 60, 120))
    pieces: list[str] = []
    at = 0
    while at < len(text):
        pieces.append(text[at : at + random.randint(1, most)])
        at += len(pieces[-1])
    return pieces


def written_over(text: str, found: Iterable[Finding]) -> str:
    """Give a text with what counts of some findings written over."""
    parts: list[str] = []
    at = 0
    for one in resolved(found, least_score=PLAIN):
        parts += (text[at : one.start], f"[{one.kind}]")
        at = one.end
    return "".join([*parts, text[at:]])


def streamed(scanner: Scanner, made: Openings, pieces: Iterable[str]) -> tuple[str, int]:
    """Give what is sent of a text in pieces, and the most characters that were held, other than of a finding."""
    text = StreamedText(scanner, made)
    sent: list[str] = []
    held = 0
    for piece in pieces:
        sent += [written_over(part.text, part.findings) for part in text.feed(piece)]
        held = max(held, text.held if text.held <= MOST_HELD else 0)
    return "".join([*sent, *(written_over(part.text, part.findings) for part in text.end())]), held


def differs(scanner: Scanner, made: Openings, pieces: Sequence[str]) -> str | None:
    """Say how a text in pieces is not what the whole is; None where it is the same."""
    whole = "".join(pieces)
    expected = written_over(whole, seen(scanner, whole))
    sent, _ = streamed(scanner, made, pieces)
    return None if sent == expected else f"{list(pieces)}\n  whole: {expected!r}\n  sent:  {sent!r}"


def first_difference(seed: int, chunkings: int) -> str | None:
    """Cut so many texts made from a seed, and say of the first that is not what the whole is how it differs."""
    random = Random(seed)
    for number in range(chunkings):
        how = differs(few_rules(), openings(), cut(random, text_of(random)))
        if how is not None:
            return f"seed {seed}, number {number}: {how}"
    return None
