"""Cards and accounts: numbers that pay."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.detectors.checks.cards import card
from keeptrusts.gateway.detectors.checks.mod97 import iban, iban_length
from keeptrusts.gateway.detectors.checks.united_states import routing
from keeptrusts.gateway.detectors.families.labelled import after_label, label_pattern
from keeptrusts.gateway.detectors.families.shapes import (
    DIGITS_9,
    DIGITS_12,
    DIGITS_13,
    DIGITS_14,
    DIGITS_15,
    OTHER_NUMBERS,
)
from keeptrusts.gateway.detectors.rules import CERTAIN, LIKELY, NOTHING, Context, Rule

_CARD_WORDS: Final = Context(
    words=(
        "card", "cards", "credit card", "debit card", "card number", "card no", "cc", "ccn", "visa", "mastercard",
        "amex",
        "american express", "discover", "diners", "jcb", "maestro", "unionpay", "pan", "payment", "pay", "charge",
        "charged",
        "billing", "kreditkarte", "kartennummer", "karte", "carte", "carte bancaire", "carte bleue", "tarjeta",
        "tarjeta de crédito",
        "carta", "carta di credito", "cartão", "cartão de crédito", "creditcard", "karta", "カード", "クレジットカード",
        "信用卡", "卡号", "카드", "карта", "карты", "карту",
    ),
    score=CERTAIN,
    before=50,
    after=24,
)  # fmt: skip
_NO_CARDS: Final = tuple(
    word for word in OTHER_NUMBERS if word not in ("total", "amount", "price", "transaction id", "txn")
)
_ROUTING_WORDS: Final = (
    "routing", "routing number", "routing no", "rtn", "aba", "aba number", "aba routing", "transit number", "ach",
    "wire",
    "bank",
)  # fmt: skip


def iban_place(text: str, start: int, _end: int) -> tuple[int, int] | None:
    """Give where an account number stands: as many letters and digits as its country has, in any grouping."""
    length = iban_length(text[start : start + 2].upper())
    if length == 0:
        return None
    at, count = start, 0
    limit = min(len(text), start + 2 * length)
    while at < limit and count < length:
        char = text[at]
        if char.isascii() and char.isalnum():
            count += 1
        elif char not in " -\u00a0" or not text[at - 1].isalnum():
            return None
        at += 1
    following = text[at : at + 1]
    if count < length or length == 0 or (following.isascii() and following.isalnum()):
        return None
    return start, at


def _cards(id: str, pattern: str, score: int) -> Rule:
    return Rule(
        id=id, kind="CREDIT_CARD", pattern=pattern, score=score, check=card, context=_CARD_WORDS, against=_NO_CARDS
    )


RULES: Final = (
    _cards("card-fours", r"\b\d{4}[ \-]\d{4}[ \-]\d{4}[ \-]\d{4}\b", CERTAIN),
    _cards("card-fours-said", r"\b\d{4}, \d{4}, \d{4}, \d{4}\b", LIKELY),
    _cards("card-fours-dotted", r"\b\d{4}[._]\d{4}[._]\d{4}[._]\d{4}\b", LIKELY),
    _cards("card-amex", r"\b\d{4}[ \-]\d{6}[ \-]\d{4,5}\b", CERTAIN),
    _cards("card-long", r"\b\d{4}[ \-]\d{4}[ \-]\d{4}[ \-]\d{4}[ \-]\d{1,3}\b", CERTAIN),
    _cards("card-16", r"\b\d{16}\b", CERTAIN - 5),
    _cards("card-15", DIGITS_15, LIKELY),
    _cards("card-14", DIGITS_14, NOTHING),
    _cards("card-13", DIGITS_13, NOTHING),
    _cards("card-12", DIGITS_12, NOTHING),
    _cards("card-longer", r"\b\d{17,19}\b", NOTHING),
    _cards("card-spaced", r"\b\d(?: \d){15}\b", LIKELY),
    Rule(
        id="card-labelled", kind="CREDIT_CARD", score=CERTAIN - 2, caseless=True, joined=True,
        pattern=label_pattern("card|credit card|debit card|card number|cc|visa|mastercard|amex|kreditkarte|carte"
            " bancaire|tarjeta|carta di credito|cartão"),
        seek=after_label(r"\d(?:[ ._-]{0,2}\d){11,18}", least_digits=12, check=card),
    ),
    Rule(
        id="iban",
        kind="IBAN",
        pattern=r"\b[a-z]{2}\d{2}[ \-]?[a-z0-9]{4}[ \-]?[a-z0-9]{3}",
        caseless=True,
        joined=True,
        seek=iban_place,
        check=iban,
    ),
    Rule(
        id="routing",
        kind="US_ROUTING_NUMBER",
        pattern=DIGITS_9,
        score=NOTHING,
        check=routing,
        context=Context(words=_ROUTING_WORDS, score=CERTAIN, before=50, after=20),
    ),
    Rule(
        id="bank-account",
        kind="BANK_ACCOUNT",
        pattern=label_pattern(
            "n° de compte|nº de cuenta|kto|kto nr|kto.-nr|nr konta|nr rachunku|bank account|bank acct|bank a/c"
            "|checking account|checking|savings account|checking acct|savings acct"
            "|direct deposit account|konto|kontonummer|kontonr|bankkonto|compte bancaire|numéro de compte|cuenta"
            " bancaria"
            "|número de cuenta|cuenta|conto corrente|conto bancario|conta bancária|conta corrente|conta|rekening"
            "|rekeningnummer|numer konta|口座番号 普通|口座番号 当座|普通預金|口座番号|银行账号"
            "|银行卡号|账号|계좌번호|계좌|clabe"
        ),
        score=LIKELY + 5,
        caseless=True,
        joined=True,
        seek=after_label(r"\d(?:[ -]?\d){5,21}", least_digits=6),
    ),
    Rule(
        id="sort-code",
        kind="BANK_ACCOUNT",
        pattern=label_pattern("sort code|sortcode|bsb"),
        score=LIKELY,
        caseless=True,
        joined=True,
        seek=after_label(r"\d\d-?\d\d-?\d\d|\d{3}-\d{3}", least_digits=6),
    ),
    Rule(
        id="swift",
        kind="BANK_ACCOUNT",
        pattern=label_pattern("swift|swift code|bic|bic code|swift bic|bic swift"),
        score=LIKELY,
        caseless=True,
        joined=True,
        seek=after_label(r"(?-i:[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?)", least_digits=0),
    ),
)  # fmt: skip
