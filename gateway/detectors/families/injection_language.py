"""Prompt injection in any language: what its words are, and the signs they make, verbs before and behind."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.detectors.families.injection_english import OVERRIDE
from keeptrusts.gateway.detectors.families.injection_extraction import EXTRACTION
from keeptrusts.gateway.detectors.families.signs import Group, Sign
from keeptrusts.schemas.frozen import frozen

_SHORT: Final = r"[^.!?;。！？]{0,24}"
_LONG: Final = r"[^.!?;。！？]{0,48}"


@frozen
class Language:
    """Stems of one language: of verbs that stop, of what came before, of what is to be followed, of asking.

    ``anchors`` are what the scan looks for, in Hyperscan's syntax: only ASCII is found there in any case. ``new`` says
    that something else is to be done from now on. ``kept`` are words that tell somebody not to ignore or forget,
    ``whole`` what asks for all of a prompt without saying whose, and ``made`` words for writing one of one's own.
    ``void`` says that something no longer holds, and ``told`` what somebody is to do then. ``mine`` is what the speaker
    said before, which anybody may take back, and ``asked`` who asks what they themselves have to do.
    """

    name: str
    anchors: tuple[str, ...]
    stop: str
    prior: str
    rules: str
    everything: str
    ask: str
    own: str
    prompt: str
    new: str
    kept: str = ""
    whole: str = ""
    made: str = ""
    void: str = ""
    told: str = ""
    mine: str = ""
    asked: str = ""


def group_of(words: Language) -> Group:
    """Give the signs of a language: what is stopped stands behind its verb or before it."""
    stop, prior, rules, every = words.stop, words.prior, words.rules, words.everything
    orders = (
        f"(?:{stop}){_LONG}(?:{prior}){_SHORT}(?:{rules})",
        f"(?:{stop}){_LONG}(?:{rules}){_SHORT}(?:{prior})",
        f"(?:{prior}){_SHORT}(?:{rules}){_SHORT}(?:{stop})",
        f"(?:{rules}){_SHORT}(?:{prior}){_SHORT}(?:{stop})",
    )
    ask, own, prompt = words.ask, words.own, words.prompt
    asks = (
        f"(?:{ask}){_LONG}(?:{own}){_SHORT}(?:{prompt})",
        f"(?:{ask}){_LONG}(?:{prompt}){_SHORT}(?:{own})",
        f"(?:{own}){_SHORT}(?:{prompt}){_SHORT}(?:{ask})",
        f"(?:{prompt}){_SHORT}(?:{own}){_SHORT}(?:{ask})",
    )
    entire = rf"(?:{ask}){_LONG}(?:{words.whole})\w*{_SHORT}prompt" if words.whole else ""
    kept = "|".join(some for some in (words.kept, words.asked) if some)
    spared = "|".join(some for some in (kept, words.mine) if some)
    reminded = rf"(?:{words.kept}){_LONG}(?:{prior}){_SHORT}(?:{rules}){_SHORT}(?:{stop})" if words.kept else ""
    return Group(
        name=words.name,
        anchors=words.anchors,
        before=100,
        after=110,
        signs=(
            Sign(kind=OVERRIDE, weight=80, pattern="|".join(orders), imperative=True, unless=kept),
            Sign(kind=OVERRIDE, weight=66, pattern=f"(?:{stop}){_SHORT}(?:{every})|(?:{every}){_SHORT}(?:{stop})",
                 imperative=True, unless=spared),
            Sign(kind=OVERRIDE, weight=42, pattern=f"(?:{stop}){_SHORT}(?:{rules})|(?:{rules}){_SHORT}(?:{stop})",
                 imperative=True, unless=kept),
            Sign(kind=EXTRACTION, weight=72, pattern="|".join(asks), imperative=True, unless=words.made),
            *((Sign(kind=OVERRIDE, weight=66, pattern=reminded, imperative=True),) if reminded else ()),
            *((Sign(kind=EXTRACTION, weight=60, pattern=entire, imperative=True, unless=words.made),)
              if entire else ()),
            *_voided(words),
            Sign(kind=OVERRIDE, weight=30, pattern=words.new, imperative=True),
        ),
    )  # fmt: skip


def _voided(words: Language) -> tuple[Sign, ...]:
    """Give the signs that orders no longer hold: a law says so too, an order that follows makes it one to a model."""
    if not words.void:
        return ()
    prior, rules = words.prior, words.rules
    ended = rf"(?:(?:{prior}){_SHORT}(?:{rules})|(?:{rules}){_SHORT}(?:{prior})){_SHORT}(?:{words.void})"
    return (
        Sign(kind=OVERRIDE, weight=38, pattern=ended, imperative=True),
        Sign(kind=OVERRIDE, weight=58, pattern=rf"{ended}[^\n]{{0,40}}(?:{words.told})", imperative=True),
    )
