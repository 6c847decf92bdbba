"""Texts with and without an attack on a model, in ``tests/corpora/injection``: files written apart from each other."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, cast

from support.injections import Labelled

CORPORA: Final = Path(__file__).parent.parent / "corpora" / "injection"
UNSEEN: Final = "unseen"
"""The corpus that is never learned from."""
IN_OTHER_WORDS: Final = "in_other_words"
"""Attacks in unusual wordings, and innocent texts that come near them. Style ``looked_at``: while signs were written;
``written_last``: no sign was changed for them, and none may be."""
NEAR: Final = frozenset({"near_misses", IN_OTHER_WORDS})
"""Corpora that were written around signs, to tell whether they hold: learned from, and not what anybody sends."""


def corpora() -> list[str]:
    """Name the corpora that are learned from."""
    return sorted(file.stem for file in CORPORA.glob("*.tsv") if file.stem != UNSEEN)


def texts_of(corpus: str) -> list[Labelled]:
    """Read the texts of a corpus."""
    found = []
    for line in (CORPORA / f"{corpus}.tsv").read_text(encoding="utf-8").splitlines():
        label, channel, style, text = line.split("\t")
        assert label in ("attack", "benign") and channel in ("user", "tool", "document"), line
        shown = text.replace("\\\\", "\0").replace("\\n", "\n").replace("\0", "\\")
        found.append(Labelled(style=style, channel=cast(Any, channel), attack=label == "attack", text=shown))
    return found


def in_other_words(style: str) -> list[Labelled]:
    """Give the texts in unusual wordings of a style."""
    return [one for one in texts_of(IN_OTHER_WORDS) if one.style == style]
