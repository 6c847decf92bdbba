"""How much of a prompt injection a text is: its signs weighed by where they stand, and put together to one score."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from keeptrusts.gateway.detectors.families.injection import HIDDEN
from keeptrusts.gateway.detectors.families.injection_stance import Stance, stance
from keeptrusts.gateway.detectors.families.signs import Read, Sign
from keeptrusts.schemas.frozen import frozen

_USER: Final[Mapping[Stance, float]] = {"commanded": 1.0, "told": 0.5, "discussed": 0.38, "quoted": 0.3}
_FOREIGN: Final[Mapping[Stance, float]] = {"commanded": 1.1, "told": 0.75, "discussed": 0.45, "quoted": 0.45}
"""What a sentence does counts less where nobody speaks to a model: no command should come from there at all."""
MOST_JUDGED: Final = 512
"""Signs of one text whose sentences are looked at; further ones count as told."""
_MENTIONS: Final[frozenset[Stance]] = frozenset({"discussed", "quoted"})
_MOST: Final = 0.97
_SURELY: Final = 0.5
_WRAPPED: Final = 1.1
_DISGUISED: Final = 0.2
_TAGS: Final = re.compile("[\U000e0020-\U000e007e]{4,}|[\ufe00-\ufe0f\U000e0100-\U000e01ef]{4,}")
_FLAG: Final = "\U0001f3f4"
_LONGEST_FLAG: Final = 6
_TAGS_BEGIN: Final = b"\xf3\xa0"
"""How tags begin in UTF-8: bytes are found much faster than ranges of characters."""
_SELECTORS: Final = "".join(map(chr, range(0xFE00, 0xFE10)))
_INVISIBLE: Final = "\u200b\u2060\u2061\u2062\u2063\u2064\u00ad\u180e"
_MOST_INVISIBLE: Final = 16


@frozen
class Score:
    """How likely a text is an injection, from 0 to 1, and how often which kinds of signs were seen.

    ``concealed``: some of it was encoded, disguised or invisible, so that a text's words do not show it.
    """

    value: float
    kinds: Mapping[str, int]
    concealed: bool = False


NO_SCORE: Final = Score(value=0.0, kinds={})


def score_of(reads: Iterable[Read], text: str, *, foreign: bool, settled: set[Sign]) -> Score:
    """Put together what was read in a text. ``foreign``: it is no user's, but what a tool or a document holds.

    Each sign counts once, where it weighs most; those for which no place can weigh more are added to ``settled``.
    """
    weights = _FOREIGN if foreign else _USER
    best: dict[Sign, _Weighed] = {}
    judged = 0
    for read in reads:
        sign = read.sign
        if sign.foreign and not foreign:
            settled.add(sign)
            continue
        most = _weight(read, weights["commanded"])
        known = best.get(sign)
        if known is not None and known.weight >= most:
            continue
        judged += 1
        said: Stance = "commanded" if sign.telling else stance(read) if judged <= MOST_JUDGED else "told"
        weight = _weight(read, weights[said])
        if known is None or weight > known.weight:
            best[sign] = _Weighed(weight=weight, mentioned=said in _MENTIONS, read=read)
        if said == "commanded":
            settled.add(sign)
    hidden = hidden_text(text)
    left = 1.0 - hidden
    mentioned = 0.0
    kinds: Counter[str] = Counter({HIDDEN: 1} if hidden >= _SURELY else {})
    concealed = hidden > 0.0
    for one in _apart(best.values()):
        kinds[one.read.sign.kind] += 1
        concealed = concealed or one.read.wrapped or bool(one.read.disguise)
        if one.mentioned:
            mentioned = max(mentioned, one.weight)
        else:
            left *= 1.0 - one.weight
    return Score(value=1.0 - left * (1.0 - mentioned), kinds=dict(sorted(kinds.items())), concealed=concealed)


@frozen
class _Weighed:
    """A sign and what it weighs where it stands; many that are only mentioned weigh no more than one."""

    weight: float
    mentioned: bool
    read: Read


def _weight(read: Read, factor: float) -> float:
    """Weigh a sign: an instruction that was encoded or disguised is no accident."""
    factor *= _WRAPPED if read.wrapped else 1.0
    return min(_MOST, read.sign.weight / 100 * factor + (_DISGUISED if read.disguise else 0.0))


def hidden_text(text: str) -> float:
    """Say how likely a text carries another that nobody can see: tag characters, selectors in a row, zero widths."""
    if text.isascii():
        return 0.0
    if _TAGS_BEGIN in text.encode("utf-8", "surrogatepass") or any(one in text for one in _SELECTORS):
        for match in _TAGS.finditer(text):
            if text[match.start() - 1 : match.start()] != _FLAG or len(match[0]) > _LONGEST_FLAG:
                return 0.9
    invisible = sum(text.count(one) for one in _INVISIBLE if one in text)
    return 0.3 if invisible >= _MOST_INVISIBLE else 0.0


def _apart(weighed: Iterable[_Weighed]) -> list[_Weighed]:
    """Give the signs that say different things: of those for the same words of a piece, the weightiest."""
    kept: list[_Weighed] = []
    for one in sorted(weighed, key=lambda one: -one.weight):
        if not any(_same(one.read, other.read) for other in kept):
            kept.append(one)
    return kept


def _same(one: Read, other: Read) -> bool:
    """Say whether two signs of a kind are for the same words; pieces of one text may overlap."""
    if one.sign.kind != other.sign.kind:
        return False
    if one.text == other.text:
        shared = min(one.end, other.end) - max(one.start, other.start)
        return 2 * shared > min(one.end - one.start, other.end - other.start)
    mine, theirs = one.text[one.start : one.end], other.text[other.start : other.end]
    said, also = set(mine.lower().split()), set(theirs.lower().split())
    return mine in theirs or theirs in mine or 2 * len(said & also) > min(len(said), len(also))
