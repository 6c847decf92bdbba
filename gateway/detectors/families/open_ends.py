"""How far findings reach that are more than what their pattern matched: what may stand before it, and behind it.

A stream is let go only up to where no finding can begin any more; so for every rule that seeks it must be known what
the seeker may take in on either side. Each entry is wider than the seeker, never narrower: that only holds text a
little longer. A rule with a seeker and no entry has all of its text judged at once.
"""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.detectors.families.labelled import AfterLabel
from keeptrusts.gateway.detectors.families.person_words import PARTICLES, TITLE_WORDS
from keeptrusts.gateway.detectors.families.places import UNIT_WORDS
from keeptrusts.gateway.detectors.families.secret_commands import Told
from keeptrusts.gateway.detectors.rules import Rule
from keeptrusts.gateway.detectors.statements import INSERT, ROWS
from keeptrusts.gateway.detectors.tables import HEADING
from keeptrusts.schemas.frozen import frozen

_ANY: Final = r"[\s\S]"
_GAP: Final = r"[ \t\u00a0]{1,2}"
_REST: Final = r"[A-Za-zÀ'’-]*\.?"
_CAPITAL: Final = rf"[A-ZÀ]{_REST}"
_PART: Final = rf"(?:{_CAPITAL}|(?i:{'|'.join(sorted(PARTICLES))}))"
_NAME: Final = rf"(?:{_PART}{_GAP})*(?:{_PART})?"
_LOOSE_NAME: Final = rf"(?:[A-Za-zÀ]{_REST}{_GAP})*(?:[A-Za-zÀ]{_REST})?"
_DEGREE: Final = r"(?:Dipl\.-?|[A-Za-z]{1,5}\.-?|PD)[A-Za-z.]{0,7}\.?"
_TITLES: Final = rf"(?:(?:(?i:{'|'.join(sorted(TITLE_WORDS))})\.?|{_DEGREE})[ \t]+)*"
_TO_NAME: Final = r"\.{0,24}[\s\"'`:=>*_\[(-]{0,8}"
_BEHIND_NAME: Final = rf"(?:[ \t\u00a0]{{0,3}}|\.|<){_ANY}"
_ANNOUNCED: Final = rf"{_TO_NAME}{_TITLES}{_NAME}(?:, {_NAME})?{_BEHIND_NAME}"
_ANNOUNCED_LOOSELY: Final = rf"{_TO_NAME}{_TITLES}{_LOOSE_NAME}(?:, {_LOOSE_NAME})?{_BEHIND_NAME}"
_CAPITAL_WORD: Final = r"[A-ZÀ][A-Za-zÀ'’-]*"
_EXTENSION: Final = r"(?i:,? ?(?:x|ext\.?|extension|#|ext:|durchwahl|poste|int\.) ?\d{1,6})?"
_GROUPS: Final = rf"(?:(?: ?\(0\) ?|[ .)/(-]{{1,2}}| [-/] )?\d)*{_EXTENSION}{_ANY}"
_PATH: Final = r"[^\s<>\"'`\\^{}|]*"
_VALUE: Final = (
    r"={0,2}\s?(?:&?'?(?:static )?(?:str|string|String|text|SecretStr|bytes|Optional\[str\]|str \| None|any)\s?=)?"
    r"\s{0,8}[rbuf]{0,2}\\{0,3}(?:\"[^\"\n]*|'[^'\n]*|`[^`\n]*|[^\s\"'`<>,;(){}\[\]\\]*)"
)
_ELEMENT: Final = r"(?:<!\[CDATA\[)?[^\s<>]*\s{0,8}(?:\]\]>)?<?"
_GIVEN: Final = rf"(?:{_VALUE}|{_ELEMENT}){_ANY}"
_SENTENCE: Final = r"[^\n\"{}=;]{0,52}"
_SAID: Final = rf"{_SENTENCE}(?:\s(?:now|set to|still|just))?:?\s{{0,3}}[\"'`]?[^\s\"'`]*{_ANY}"


@frozen
class Ends:
    """What a finding may take in before and behind what its rule's pattern matched, or what is asked about it.

    Both are patterns of Python's ``re``. ``pattern`` stands for the rule's own where that is needlessly large. A number
    ``behind`` says that a finding begins where the match ends, or so many characters from there.
    """

    before: str = ""
    after: str = ""
    pattern: str | None = None
    behind: int | None = None


_TOWN: Final = (
    r"(?:(?:[.,]{0,2}[ \n]?| [-–] )(?:[A-ZÀ(#][\w'’.º°ª/)-]*|#? ?\d[\w'’.º°ª/)-]*|floor|(?:of|de|da|do|das|dos|del"
    rf"|la|le|les|du|e|y|di|am|an der|{UNIT_WORDS})\.?))*[., \n]{{0,2}}"
)
_ADDRESS: Final = rf"[\s\"'`:=*_.,\\-]{{0,8}}[^\n\"|;\t<>{{}}=@]{{0,133}}{_ANY}{_ANY}"
_ENDS: Final = {
    INSERT: Ends(behind=0, after=ROWS),
    "email": Ends(before=r"[\wÀ.%+'&-]*", after=rf"[\w.-]*(?::[\w.~/-]*)?{_ANY}"),
    "email-spelled": Ends(
        before=r"[\wÀ.%+'&-]*",
        after=r"(?i:[\w-]*(?: ?(?:[\[({<] ?(?:dot|punkt|punto|ponto|point|\.) ?[\])}>]|\.) ?[\w-]+){0,4})" + _ANY,
    ),
    "email-in-words": Ends(
        before=r"(?i:(?:[A-Za-z0-9_%+-]+\s{1,2}(?:dot|punkt)\s{1,2})?[A-Za-z0-9._%+-]+\s{1,3}(?:at|@)\s{1,2}[a-z0-9-]+"
        r"(?:(?:\.|\s{1,2}(?:dot|punkt)\s{1,2})[a-z0-9-]+){0,3}\s?)",
        after=r"(?i:(?:\s{1,2}(?:dot|punkt)\s{1,2}[a-z]{2,4})?)" + _ANY,
    ),
    "phone-plus": Ends(after=_GROUPS),
    "phone-prefix": Ends(after=_GROUPS),
    "phone-american": Ends(after=rf"(?:[\-._/]|{_EXTENSION}){_ANY}"),
    "phone-american-spaces": Ends(after=rf"(?:[\-._/]|{_EXTENSION}){_ANY}"),
    "phone-trunk": Ends(after=_GROUPS),
    "ipv4": Ends(after=rf"[.\-/]?{_ANY}"),
    "ipv4-small": Ends(after=rf"[.\-/]?{_ANY}"),
    "ipv6": Ends(after=rf"[0-9A-Fa-f:.]*{_ANY}"),
    "mac": Ends(after=_ANY),
    "mac-dotted": Ends(after=_ANY),
    "url": Ends(after=rf"[^\s<>\"'`\\^{{}}|]*{_ANY}"),
    "host": Ends(before=r"[A-Za-z0-9.-]*", after=rf"(?:\.|(?::\d{{0,5}})?(?:[/?#]{_PATH})?){_ANY}"),
    "coordinates": Ends(after=_ANY + _ANY),
    "postal-state": Ends(),
    "passport-zone": Ends(after=r"[A-Z<]*(?:\s{1,2}[A-Z0-9<]*)?"),
    "iban": Ends(after=rf"[A-Za-z0-9 \u00a0-]*{_ANY}"),
    "address": Ends(
        before=r"(?:(?:Flat|Apartment|Apt|Unit|Suite|Shop|Level|Floor|Room)\.?(?: No\.?)? ?\d{1,4}[A-Za-z]?(?:, ?|/)"
        r"|\d{1,2}(?:st|nd|rd|th) [Ff]loor, ?|(?:Plot|House|Block|Villa|Number|No\.)(?: No\.?)? )?"
        r"(?:\d{1,6}(?:[A-Za-z]|-\d{1,5}|½| 1/2)?,? (?:(?:[NSEW]|N\.?[EW]|S\.?[EW]|North|South|East|West)\.? )?"
        r"(?:(?:[A-ZÀ-Þ][\w'’.-]*|\d{1,3}(?:st|nd|rd|th)|of|the|de|la|del|los|las) ){0,3})?"
        r"(?:[A-ZÀ0-9][\w'’.,½/-]*|of|the|de|la|del|los|las|[\w'’.,½/-]{0,3})",
        after=_TOWN + _ANY,
    ),
    "address-box": Ends(after=_TOWN + _ANY),
    "address-germanic": Ends(
        before=r"(?:[A-ZÀ][\w.-]*[ -]){0,2}(?:[A-ZÀ][\w-]*)?",
        after=r"(?i:(?: ?[a-zA-Z])?(?:[-/]\d{1,4}){0,3}(?:\.?,? ?(?:lgh \d{4}, )?"
        r"(?:(?:[A-Z]-?)?\d{4,5}|\d{3} \d{2})(?: [A-Z]{2})? "
        rf"(?:[A-ZÀ-Þ][\w'’-]+)(?:[ -][A-ZÀ-Þ][\w'’-]+){{0,2}})?){_TOWN}{_ANY}{_ANY}",
    ),
    "address-india": Ends(after=rf"(?:[\w'’./-]|, ?| )*{_ANY}"),
    "address-romance": Ends(after=rf"[\w'’.,º°/# -]{{0,130}}{_TOWN}{_ANY}{_ANY}"),
    "address-east": Ends(before=r"[0-9一]{0,24}"),
    "address-japan": Ends(before=r"[0-9一]{0,24}"),
    "address-labelled": Ends(behind=0, after=_ADDRESS),
    "address-named": Ends(behind=-1, after=_ADDRESS),
    "address-said": Ends(behind=0, after=_ADDRESS),
    "address-town": Ends(
        before=r"(?:[A-ZÀ-Þ][\w'’.-]* |(?:an|am|im|in|auf|unter|der|den|dem|des|de|da|la|van|het|the|of|til|zum|zur"
        r"|bei) ){0,4}(?:[A-ZÀ-Þ][\w'’.-]*)?",
        after=rf"[\w'’-]*(?:[ -][\w'’-]+){{0,2}}{_ANY}",
    ),
    "address-british": Ends(
        before=r"(?:[A-Z0-9][\w'’.-]*,?[ \n]"
        r"(?:(?:[A-Z0-9][\w'’.-]*|of|on|the|upon|in|le|by|under|next|and),?[ \n]){0,24}[A-Z0-9]?[\w'’.-]*,?)?",
        after=_ANY,
    ),
    "address-east-label": Ends(behind=0, after=_ANY + "{0,92}"),
    "address-east-block": Ends(before=r"[0-9一]{0,24}"),
    "license-plate-japan": Ends(before="一{0,3}"),
    "person-title": Ends(behind=-1, after=rf"{_REST}(?:[ \t\u00a0]+{_TITLES}{_NAME})?{_ANY}"),
    "person-says": Ends(behind=0, after=_ANNOUNCED_LOOSELY),
    "person-says-elsewhere": Ends(behind=0, after=_ANNOUNCED_LOOSELY),
    "person-closing-elsewhere": Ends(behind=-1, after=rf"[,.!]?[ \t\r\n]*(?:[-–—]+ ?)?{_TITLES}{_NAME}{_BEHIND_NAME}"),
    "person-says-weak": Ends(behind=0, after=_ANNOUNCED),
    "person-label": Ends(behind=0, after=_ANNOUNCED_LOOSELY),
    "person-label-weak": Ends(behind=0, after=rf"{_ANNOUNCED}{_ANY}{{0,40}}"),
    "person-label-more": Ends(behind=0, after=rf"{_ANNOUNCED}{_ANY}{{0,40}}"),
    "person-label-party": Ends(behind=0, after=rf"{_ANNOUNCED}{_ANY}{{0,40}}"),
    "person-label-part": Ends(behind=0, after=rf"{_ANNOUNCED}{_ANY}{{0,40}}"),
    "person-label-short": Ends(behind=0, after=rf"{_ANNOUNCED}{_ANY}{{0,40}}"),
    "person-label-hinted": Ends(behind=0, after=_ANNOUNCED),
    "person-label-name": Ends(behind=0, after=_ANNOUNCED),
    "person-relation": Ends(behind=0, after=rf"{_ANNOUNCED}{_ANY}{{0,16}}"),
    "person-says-two": Ends(behind=0, after=_ANNOUNCED),
    "person-given-part": Ends(behind=0, after=_ANNOUNCED),
    "person-family-part": Ends(behind=0, after=rf"{_ANNOUNCED}(?:{_ANY}{{0,1}}\s{{0,4}},\s{{0,12}}\"[a-z]*\")?{_ANY}"),
    "person-list": Ends(behind=0, after=rf"{_ANY}{{0,166}}"),
    "person-declares": Ends(behind=0, after=_ANNOUNCED),
    "person-answered": Ends(
        behind=0, after=rf"(?i:(?:[a-z']+(?: [a-z']+){{0,2}}[,.!]?\s)*){_TITLES}{_LOOSE_NAME}{_BEHIND_NAME}"
    ),
    "person-numbered": Ends(before=rf"(?:[A-ZÀ][\w'’.-]* ){{0,3}}(?:{_CAPITAL_WORD})?", after=_ANY),
    "person-greeting": Ends(behind=0, after=_ANNOUNCED),
    "person-closing": Ends(behind=-1, after=rf"[,.!]?[ \t\r\n]*(?:[-–—]+ ?)?{_TITLES}{_NAME}{_BEHIND_NAME}"),
    "person-letters": Ends(before=rf"(?:[A-ZÀ][\w'’.-]* ){{0,3}}(?:{_CAPITAL_WORD})?"),
    "person-mailbox": Ends(before=rf"(?:{_CAPITAL_WORD}\.?,? ){{0,3}}(?:[A-ZÀ][\w'’.-]*)?"),
    "person-east-label": Ends(behind=0, after=_ANY * 14),
    "person-east-title": Ends(before="[一 ]{0,8}"),
    "private-key": Ends(after=r"(?:[A-Za-z0-9+/=\s,:\\\"']|-[A-Za-z0-9+/=\s,:\\\"'])*(?:-----END[^-]*-{0,5})?" + _ANY),
    "authorization": Ends(
        behind=0,
        after=r"(?i:[\"'\]]?\s{0,2}[:=,]\s{0,2}[\"'`]?(?:[a-z][a-z0-9-]{2,15}[ =]+)?)"
        rf"[A-Za-z0-9._~+/=-]*{_ANY}",
    ),
    "password-given": Ends(behind=0, after=_GIVEN),
    "connection-password": Ends(behind=0, after=rf"(?:{_GIVEN}|{_ANY}{{0,202}})"),
    "secret-given": Ends(behind=0, after=_GIVEN),
    "provider-key": Ends(behind=0, after=_GIVEN),
    "secret-option": Ends(behind=0, after=_VALUE + _ANY),
    "password-quoted": Ends(behind=-1, after=rf"(?:{_VALUE}|[^\"\n]*|[^'\n]*){_ANY}"),
    "password-option": Ends(behind=0, after=rf"[^\n|;]{{0,161}}(?:-(?:pw|p|a|w|bp?w?)\s{{0,2}}{_VALUE})?{_ANY}"),
    "login-pair": Ends(
        behind=0,
        after=rf"(?i:(?:\s[a-zü]{{2,4}}\s[^\n/:=]{{0,40}})?(?:\s?[:=?]|\s[a-z]{{2,5}})?(?:\s[a-z']{{2,7}})?)\s{{1,3}}[\w.@-]*"
        rf"(?: ?/ ?\S*)?{_ANY}",
    ),
    "password-said": Ends(behind=-1, after=_SAID),
    "secret-said": Ends(behind=-1, after=_SAID),
}
_COMMON: Final = Ends(
    before=rf"(?:{_CAPITAL_WORD} )?",
    pattern=r"\b[A-Z\x80-\xff][A-Za-z\x80-\xff]{1,24}[ \-][A-Zdv\xc3-\xd0]",
    after=rf"{_REST}(?:{_GAP}{_NAME})?-?{_ANY}",
)
_FAMILY: Final = Ends(
    before=rf"(?:{_CAPITAL_WORD} )?(?:{_CAPITAL_WORD})?",
    pattern=r"[A-Za-z\x80-\xff.] [A-Z\x80-\xff][A-Za-z'\x80-\xff]{0,14}",
    after=rf"{_REST}(?:{_GAP}{_NAME})?{_ANY}",
)
_BESIDE: Final = Ends(behind=-1, after=rf"{_TITLES}{_NAME}[ \t]{{0,3}}{_ANY}{{0,68}}")
_ROLE: Final = Ends(behind=-1, after=rf"{_TITLES}{_NAME}(?:, ?{_NAME})?[ \t]{{0,3}}{_ANY}{{0,68}}")
_MARKED: Final = Ends(after=rf"[A-Za-z0-9_.=+/~:%-]*{_ANY}")
_NAMED: Final = Ends(behind=0, after=rf"{_ANY}{{0,65}}[A-Za-z0-9+/_=-]*{_ANY}")


def ends_of(rule: Rule) -> Ends | None:
    """Give what a rule's findings take in; None where nobody has said how far its seeker reaches."""
    if rule.seek is None:
        return Ends()
    if rule.kind == HEADING and rule.id != INSERT:
        return Ends(behind=0)
    if isinstance(rule.seek, AfterLabel):
        return Ends(behind=0, after=f"(?i:{rule.seek.follows}){_ANY}")
    if isinstance(rule.seek, Told):
        return Ends(behind=0, after=f"(?i:{rule.seek.follows}){_ANY}")
    if rule.id in _ENDS:
        return _ENDS[rule.id]
    if rule.id.startswith("person-common-"):
        return _COMMON
    if rule.id.startswith("person-family-"):
        return _FAMILY
    if rule.id == "person-beside-happens":
        return Ends(before=rf"(?:[A-ZÀ][\w'’.-]* ){{0,3}}(?:{_CAPITAL_WORD})?", after=_ANY)
    if rule.id == "person-role-letters":
        return Ends(before=rf"(?:(?:[A-ZÀ][\w'’.-]*|de|van|von|la|el|al),? ){{0,4}}(?:{_CAPITAL_WORD})?", after=_ANY)
    if rule.id == "person-role-above":
        return Ends(
            before=rf"(?:{_CAPITAL}{_GAP}(?:{_PART}{_GAP}){{0,6}})?(?:{_CAPITAL_WORD})?", after=rf"{_ANY}{{0,90}}"
        )
    if rule.id == "person-role-ticket":
        return Ends(before=r"(?:[A-Z]+[ /-]?){0,6}", after=_ANY)
    if rule.id.startswith("person-role-"):
        return _ROLE
    if rule.id.startswith("person-beside-"):
        return _BESIDE
    if rule.id.endswith("-named"):
        return _NAMED
    return _MARKED if rule.is_run else None
