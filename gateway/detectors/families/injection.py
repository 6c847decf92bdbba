"""Prompt injection: the groups of signs of all kinds, and which kinds there are."""

from __future__ import annotations

from functools import cache
from typing import Final

from keeptrusts.gateway.detectors.families import (
    injection_abroad,
    injection_addressed,
    injection_asides,
    injection_asked,
    injection_boundaries,
    injection_briefing,
    injection_carried,
    injection_deeds,
    injection_english,
    injection_extraction,
    injection_figures,
    injection_general,
    injection_hints,
    injection_indirect,
    injection_languages_far,
    injection_languages_more,
    injection_languages_near,
    injection_notes,
    injection_personas,
    injection_pieces,
    injection_placed,
    injection_pressed,
    injection_readers,
    injection_reworded,
    injection_secrets,
    injection_settings,
    injection_told_abroad,
)
from keeptrusts.gateway.detectors.families.respelled import ANCHORS
from keeptrusts.gateway.detectors.families.signs import Group, Reader, rules_of_groups
from keeptrusts.gateway.detectors.rules import Rule

HIDDEN: Final = "HIDDEN_TEXT"
_PLAINEST: Final = 60


def injection_groups() -> tuple[Group, ...]:
    """Give all groups."""
    return (
        *injection_english.GROUPS,
        *injection_extraction.GROUPS,
        *injection_languages_near.GROUPS,
        *injection_languages_far.GROUPS,
        *injection_personas.GROUPS,
        *injection_boundaries.GROUPS,
        *injection_indirect.GROUPS,
        *injection_carried.GROUPS,
        *injection_hints.GROUPS,
        *injection_general.GROUPS,
        *injection_addressed.GROUPS,
        *injection_notes.GROUPS,
        *injection_asked.GROUPS,
        *injection_secrets.GROUPS,
        *injection_settings.GROUPS,
        *injection_briefing.GROUPS,
        *injection_pressed.GROUPS,
        *injection_placed.GROUPS,
        *injection_abroad.GROUPS,
        *injection_reworded.GROUPS,
        *injection_deeds.GROUPS,
        *injection_figures.GROUPS,
        *injection_readers.GROUPS,
        *injection_pieces.GROUPS,
        *injection_languages_more.GROUPS,
        *injection_told_abroad.GROUPS,
        *injection_asides.GROUPS,
        _respelled(),
    )


def _respelled() -> Group:
    """Give the plainest attacks as they are when somebody spelled them so that nobody reads them."""
    plain = (*injection_english.GROUPS, *injection_extraction.GROUPS)
    signs = tuple(sign for group in plain for sign in group.signs if sign.weight >= _PLAINEST)
    return Group(name="respelled", anchors=ANCHORS, signs=signs, before=120, after=240, respelled=True)


def injection_rules() -> tuple[Rule, ...]:
    """Give the anchors of all groups as rules."""
    return rules_of_groups(injection_groups())


@cache
def injection_reader() -> Reader:
    """Give the reader of all groups, compiled once."""
    return Reader(injection_groups())
