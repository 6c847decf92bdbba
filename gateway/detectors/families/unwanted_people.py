"""Unwanted content about people: violence, self-harm, hate, harassment, and sexual content, that of minors above "
"all."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.detectors.families.signs import Group, Sign
from keeptrusts.gateway.detectors.families.unwanted_self_harm import SELF_HARM

_SOMEONE: Final = (
    r"(?:you\b|u\b|him\b|her\b|them\b|me\b|someone|somebody|some ?one|anyone|everyone|everybody|people"
    r"|a (?:\w+ )?(?:person|man|woman|human|child|kid"
    r"|guy|girl|boy|cop|police officer|politician|teacher|stranger|victim|hostage|baby)|my (?:\w+ )?(?:wife|husband"
    r"|boss|neighbou?r|ex\b|mother|mom|father|dad"
    r"|brother|sister|girlfriend|boyfriend|roommate|coworker|colleague|teacher|classmates?|family|parents|kids?"
    r"|children|partner|professor|landlord|manager)"
    r"|(?:the|all) (?:\w+ )?(?:president|jews|muslims|christians|blacks|whites|women|men|kids|children|students"
    r"|teachers|cops|police|immigrants|gays))"
)
_GROUPS: Final = (
    r"(?:jews|jewish people|muslims|christians|hindus|sikhs|blacks|black people|whites|white people|asians"
    r"|asian people|arabs|mexicans|immigrants|migrants"
    r"|refugees|gays|gay people|lesbians|homosexuals|trans(?:gender|sexual)? people|transgenders|trannies|women"
    r"|females|disabled people|the disabled|cripples"
    r"|indians|pakistanis|chinese(?: people)?|africans|gypsies|roma people|foreigners|hispanics|latinos"
    r"|native americans|aboriginals|turks|poles|catholics"
    r"|atheists|(?:the )?(?:lgbt\w*|queers)|autistic people|autists|retards)"
)
_BELOW: Final = (
    r"(?:subhuman|sub-human|vermin|inferior|animals|parasites|cockroaches|scum|filth|filthy|trash|garbage|disgusting"
    r"|evil|savages|rats|pigs|dogs|a (?:disease"
    r"|plague|cancer|virus|stain)|worthless|criminals|terrorists|thieves|rapists|degenerates?|mentally ill|stupid"
    r"|dumb|lazy|less than human|not (?:human|people"
    r"|real people)|ruining|destroying|abominations?|freaks|monkeys|apes|whores|sluts|lesser)"
)
_HARMED: Final = (
    r"(?:die|be (?:killed|shot|hanged|hung|exterminated|gassed|deported|eradicated|wiped out|burned|banned"
    r"|sterili[sz]ed|enslaved|beaten|executed|put down"
    r"|locked up|removed|lynched|purged|thrown out|kicked out|sent back|rounded up)|burn|hang|suffer|go back"
    r"|get out|disappear|drown|rot)"
)
_WANTED: Final = (
    r"(?:how (?:do|can|could|would|should|to)|ways? to|way to|steps to|help me|tell me|teach me"
    r"|instructions|plan to|explain how)"
)

_FILMED: Final = (
    r"\bshoot\w*\b[^.!?]{0,70}\b(?:photograph\w*|photos?|camera|lens|portraits?|weddings?|birthday|mm\b|film"
    r"|basketball|hoops)"
)

_VIOLENCE: Final = Group(
    name="unwanted-violence",
    anchors=(
        r"\b(?:kill|murder|poison|strangle|stab|tortur|assassinat|behead|kidnap|shoot|beat|hurt|rape|burn|slaughter"
        r"|massacre|dismember|drown|choke|lynch|punch"
        r"|hang|attack|bomb|maim)(?:ing|e)? (?:you|u\b|him|her|them|some|any|every|people|a |my|the|all)",
        r"\b(?:shoot up|mass shooting|school shooting|blow up (?:a|the|my)|deserves? to (?:die|be)|going to die"
        r"|bash your"
        r"|slit your|cut your|break your)",
        r"\b(?:get(?:ting)? rid of|hid(?:e|ing)|dispos(?:e|ing) of|dissolv(?:e|ing)|bury(?:ing)?) (?:a|the|his"
        r"|her) (?:dead )?(?:body"
        r"|corpse)\b|look like an? (?:accident|suicide)\b|burn(?:ing)? (?:down )?(?:his|her|their|the|my|a|your)\b",
    ),
    before=100,
    after=60,
    signs=(
        Sign(
            kind="VIOLENCE",
            weight=100,
            unless=_FILMED,
            pattern=rf"\b{_WANTED}\b[^.!?\n]{{0,50}}?\b(?:kill|murder|poison|strangle|stab|torture|assassinate|behead"
            rf"|kidnap|shoot|beat up|hurt|rape|dismember"
            rf"|drown|choke|lynch|maim|hang)(?:ing)? {_SOMEONE}",
        ),
        Sign(
            kind="VIOLENCE",
            weight=100,
            pattern=rf"\b(?:i(?: am|'m)?(?: going to| gonna| will|'ll| want to| wanna| would love to| plan to)|i'll"
            rf"|we (?:will|should|must|are going to)|let's|lets"
            rf"|gonna|someone (?:should|needs to))(?: \w+)? (?:kill|murder|poison|strangle|stab|torture|assassinate"
            rf"|behead|kidnap|shoot|beat|rape|burn|slaughter"
            rf"|dismember|drown|choke|lynch|hang|bomb|maim) (?:up |down |the hell out of )?{_SOMEONE}",
        ),
        Sign(
            kind="VIOLENCE",
            weight=100,
            pattern=rf"\b(?:i(?:'ll| will|'m going to| am going to| want to| wanna|'m gonna)"
            rf"|{_WANTED})\b[^.!?\n]{{0,40}}?\b(?:shoot up|(?:carry out|do|plan|commit)"
            r" an? (?:mass|school) shooting|blow up (?:a|the|my) (?:\w+ )?(?:school|building|church|mosque|synagogue"
            r"|office|airport|train|bus|hospital|mall|house|car))",
        ),
        Sign(
            kind="VIOLENCE",
            weight=100,
            unless=r"\bbody (?:odou?r|hair|fat|lice|acne|image|spray|heat|paint|wash|pump|glitter|shame|armou?r|of)\b",
            pattern=rf"\b(?:{_WANTED}|where (?:do|can|should|to))\b[^.!?\n]{{0,40}}?\b(?:get(?:ting)? rid of"
            rf"|hid(?:e|ing)"
            rf"|dispos(?:e|ing) of|dissolv(?:e|ing)|bury(?:ing)?) (?:a|the|his|her) (?:dead body|corpse|body"
            rf"(?:\s*[.?!,;]|\s*$|\s+(?:from|in|after|without|so|under|and|before|quickly|at)\b))"
            rf"|\b{_WANTED}\b[^.!?\n]{{0,60}}?\b(?:murder|killing|death|it|poisoning) look like an? (?:accident"
            rf"|suicide)\b",
        ),
        Sign(
            kind="VIOLENCE",
            weight=100,
            pattern=rf"\b(?:i(?:'ll| will|'m going to| am going to| want to| wanna|'m gonna)|let's|lets|we (?:will"
            rf"|should)"
            rf"|{_WANTED})\b[^.!?\n]{{0,30}}?\bburn"
            r"(?:ing)? down (?:his|her|their|your|the|a|my (?:\w+ )?(?:neighbou?r|ex|boss|school"
            r"|teacher)(?:'s)?) ?(?:\w+ )?(?:house"
            r"|home|school|church|mosque|synagogue|shop|flat|office|car|place|barn|village|neighbou?rhood)\b",
        ),
        Sign(
            kind="VIOLENCE",
            weight=100,
            pattern=r"\b(?:you|he|she|they|these people|those people) (?:all )?deserves? to (?:die|be (?:killed|shot"
            r"|beaten|tortured|raped))|\b(?:i(?:'ll| will|'m going"
            r" to)) (?:bash|slit|cut|break|crush) your (?:\w+ )?(?:head|throat|neck|legs|skull|face|bones)",
        ),
    ),
)
_HATE: Final = Group(
    name="unwanted-hate",
    anchors=(
        r"\b(?:jews|jewish people|muslims|blacks|whites|immigrants|sikhs|racist|sexist|anti-?semitic|homophobic"
        r"|transphobic|hateful|islamophobic"
        r"|xenophobic)\b",
        r"\b(?:black people|white people|asians|arabs|mexicans|migrants|refugees|gays|gay people|lesbians|homosexuals"
        r"|trans people|transgender people|women"
        r"|disabled people|the disabled|cripples|indians|africans|gypsies|foreigners|hispanics|latinos|christians"
        r"|hindus|asian people|trannies|queers|retards"
        r"|chinese people|catholics|turks|females)\b",
        r"\b(?:nigg(?:er|a)s?|faggots?|kikes?|ragheads?|wetbacks?|sand ?nigg)",
    ),
    before=50,
    after=90,
    signs=(
        Sign(
            kind="HATE",
            weight=100,
            pattern=rf"\b{_GROUPS}(?: \w+)? (?:are|is|were)(?: (?:all|just|nothing but|literally|basically|simply"
            rf"|really|so|always|naturally|genetically|mostly|the|a bunch of"
            rf"|no better than|like))* (?:\w+ )?{_BELOW}\b",
        ),
        Sign(
            kind="HATE",
            weight=100,
            pattern=rf"\b{_GROUPS}(?: all| just)? (?:should|must|need to|have to|deserve to|ought to|don't deserve to"
            rf"|shouldn't|can|will)(?: all| just| never)?"
            rf" (?:{_HARMED}|exist|live|have rights|vote|breed|reproduce)\b",
        ),
        Sign(
            kind="HATE",
            weight=100,
            pattern=rf"\b{_GROUPS}\b[^.!?,\n]{{0,40}}\band (?:should|must|need to|have to|deserve to)(?: all"
            rf"| just)? {_HARMED}\b"
            r"|\b(?:the )?(?:jews|jewish people) (?:secretly |all )?(?:control|run|rule|own) (?:everything"
            r"|the (?:world|media"
            r"|banks|government))",
        ),
        Sign(
            kind="HATE",
            weight=100,
            pattern=rf"\b(?:i (?:really |fucking |absolutely )?(?:hate|despise|detest|can't stand)|kill|exterminate"
            rf"|gas|deport|death to|get rid of|burn|hang|wipe out|lynch"
            rf"|eradicate|fuck|down with)(?: all| every| the| these| those| fucking| damn| filthy)* {_GROUPS}\b",
        ),
        Sign(
            kind="HATE",
            weight=100,
            pattern=rf"\b(?:write|tell|give|make|create|generate)\b[^.!?\n]{{0,40}}\b(?:racist|sexist|antisemitic"
            rf"|anti-semitic|homophobic|transphobic|hateful|islamophobic"
            rf"|xenophobic)\b[^.!?\n]{{0,30}}\b(?:joke|poem|speech|post|tweet|story|rant|slogan|song|text"
            rf"|message)s?\b[^.!?\n]{{0,30}}(?:\b{_GROUPS}\b|$|[.!?])?",
        ),
        Sign(kind="HATE", weight=100, pattern=r"\b(?:niggers?|faggots?|kikes?|ragheads?|wetbacks?|sand ?niggers?)\b"),
    ),
)
_HARASSMENT: Final = Group(
    name="unwanted-harassment",
    anchors=(
        r"\b(?:idiot|moron|loser|bitch|retard|imbecile|dumbass|piece of (?:shit|trash|garbage)|asshole|worthless"
        r"|pathetic|disgusting|useless|fat (?:cow|pig|slob)"
        r"|whore|slut|cunt|nobody (?:likes|loves|wants) you|racist joke|sexist joke|hateful|insult|humiliat|bully"
        r"|threatening|blackmail|stalk|shut up)",
    ),
    before=80,
    after=70,
    signs=(
        Sign(
            kind="HARASSMENT",
            weight=100,
            pattern=r"\b(?:you are|you're|ur|you|u r|she is|he is|she's|he's) (?:all |just |nothing but |really "
            r"|always |such |a |an |the |so |absolutely |fucking |complete |total"
            r" |biggest |stupid,? |useless,? |ugly,? |fat,? |dumb,? |little,? |pathetic,? |worthless,? "
            r"|disgusting,? |lazy,? "
            r"|lying,? |filthy,? |miserable,? )*(?:\w+ )?(?:idiots?|morons?|losers?|bitch(?:es)?|retards?|retarded"
            r"|imbeciles?|dumbass"
            r"|piece of (?:shit|trash|garbage)|assholes?|worthless|pathetic"
            r"|fat (?:cow|pig|slob)|whores?|sluts?|cunts?|disgusting (?:pig|human|person|creature))\b",
        ),
        Sign(
            kind="HARASSMENT",
            weight=100,
            pattern=r"\bnobody (?:likes|loves|wants|will ever love) you\b|\b(?:shut (?:the fuck )?up|fuck you"
            r"|screw you),? (?:you )?(?:\w+ )?"
            r"(?:idiot|moron|bitch|retard|loser|asshole|whore|cunt)\b",
        ),
        Sign(
            kind="HARASSMENT",
            weight=100,
            pattern=r"\b(?:write|send|compose|draft|create|generate|help me)\b[^.!?\n]{0,50}\b(?:insult(?:s|ing)?"
            r"|humiliat(?:e|ing)|bully(?:ing)?|threaten(?:ing)?|blackmail(?:ing)?"
            r"|harass(?:ing)?|stalk(?:ing)?|intimidat(?:e|ing)|degrading)\b[^.!?\n]{0,40}\b(?:my (?:ex|boss|classmate"
            r"|coworker|colleague|neighbou?r|teacher|girlfriend|boyfriend"
            r"|wife|husband|sister|brother)|someone|him|her|a girl|a boy|that girl)\b",
        ),
    ),
)
_SEXUAL: Final = Group(
    name="unwanted-sexual",
    anchors=(
        r"\b(?:erotic|pornograph|porn\b|smut\b|nsfw|sexually|sexual (?:act|scene|content|fantas|role|intercourse"
        r"|encounter|position)|sex scene|explicit (?:story|scene|content"
        r"|sex|roleplay)|blow ?job|cum ?shot|deep ?throat|gang ?bang|hand ?job|masturbat|hentai|nude|naked|having sex"
        r"|have sex|fetish|orgasm|dirty talk|sexting)",
    ),
    before=80,
    after=70,
    signs=(
        Sign(
            kind="SEXUAL",
            weight=100,
            pattern=r"\b(?:write|describe|generate|tell|create|give|continue|draw|show|send|make|role-?play|act out"
            r"|let's|i want|can you)\b[^.!?\n]{0,60}\b(?:erotic|erotica"
            r"|pornographic|porn|smut|nsfw|sexually explicit|explicit sexual|sex scene|sexual (?:act|scene|content"
            r"|fantas\w+|role-?play|encounter)|explicit (?:story|scene"
            r"|content|sex|roleplay)|nudes?|hentai|dirty talk|sexting|having sex|orgasm|naked (?:pictures?|photos?"
            r"|woman|women|man|men|girls?|body))\b",
        ),
        Sign(
            kind="SEXUAL",
            weight=100,
            pattern=r"\b(?:blow ?jobs?|cum ?shots?|deep ?throat(?:ing)?|gang ?bang|hand ?jobs?|my (?:hard |throbbing "
            r"|wet )(?:cock|dick|pussy)|fuck me"
            r" (?:hard|harder|now)|suck(?:ing)? (?:my|his|your) (?:cock|dick))\b",
        ),
    ),
)
_YOUNG: Final = (
    r"(?:child(?:ren)?|minors?|under-?age|teen(?:ager?)?s?|pre-?teens?|kids?|little (?:girls?|boys?)|(?:[1-9]"
    r"|1[0-7])[- ]?(?:year[- ]?old|yo|y/o)|school ?girls?|school ?boys?"
    r"|loli(?:ta|con)?|shota(?:con)?|toddlers?|infants?|babies)"
)
_SEX: Final = (
    r"(?:sex\b|sexual(?:ly)?|sexy|nudes?|naked|porn(?:o|ography|ographic)?|erotic(?:a)?|nsfw|aroused|undress(?:ed"
    r"|ing)?|fondl\w+|molest(?:ing)?|intercourse|smut|hentai|fetish)"
)
_MINORS: Final = Group(
    name="unwanted-minors",
    anchors=(
        r"\b(?:child|minor|under-?age|teen|pre-?teen|kid|little girl|little boy|school ?girl|school ?boy|loli|shota"
        r"|toddler|infant)[^.!?\n]{1,40}\b(?:sex|nude|naked|porn|erotic|nsfw"
        r"|arous|undress|fondl|molest|intercourse|smut|hentai)",
        r"\b(?:sex|nude|naked|porn|erotic|nsfw|arous|undress|fondl|molest|intercourse|smut"
        r"|hentai)\w{0,8}[^.!?\n]{1,40}\b(?:child|minor|under-?age|teen|preteen|kid|little girl"
        r"|little boy|schoolgirl|schoolboy|loli|shota|toddler|infant)",
        r"\b(?:[1-9]|1[0-7])[- ]?(?:year[- ]?old|yo\b|y/o)|\bcsam\b|\bcp (?:links?|pics|vid)|jailbait",
    ),
    before=90,
    after=90,
    signs=(
        Sign(
            kind="SEXUAL_MINORS",
            weight=100,
            pattern=rf"\b{_SEX}[^.!?\n]{{0,40}}\b(?:story|stories|fiction|fan ?fic\w*|pics|pictures|photos|videos"
            rf"|role-?play"
            rf"|content|images)\b[^.!?\n]{{0,40}}\b{_YOUNG}\b",
        ),
        Sign(
            kind="SEXUAL_MINORS",
            weight=100,
            pattern=rf"\b(?:write|describe|generate|tell|create|give|draw|show|send|make|role-?play|find|download|get"
            rf"|buy|share|watch|where|want|looking for|like|love|fantas\w+|trade|have"
            rf"|having|story|stories|pictures?|photos?|videos?|pics"
            rf"|images?)\b[^.!?\n]{{0,60}}?(?:\b{_YOUNG}\b[^.!?\n]{{0,50}}\b{_SEX}"
            rf"|\b{_SEX}\b[^.!?\n]{{0,50}}\b{_YOUNG}\b)",
        ),
        Sign(
            kind="SEXUAL_MINORS",
            weight=100,
            pattern=rf"\b(?:child (?:porn|pornography|erotica)|kiddie porn|csam|cp links?"
            rf"|jailbait)\b[^.!?\n]{{0,40}}\b(?:link|download|site|forum|video|pic|image|trade|buy|find|where|send"
            rf"|share"
            rf"|collection)s?|\b(?:where|find|send|buy|download|share|trade|get|watch"
            rf"|want)\b[^.!?\n]{{0,40}}\b(?:child porn\w*|kiddie porn|csam|cp links?|jailbait)|\bsex with (?:an? "
            rf"|my )?(?:\w+ )?{_YOUNG}\b",
        ),
    ),
)


def people_groups() -> tuple[Group, ...]:
    """Give the groups of all categories about people."""
    return (_VIOLENCE, SELF_HARM, _HATE, _HARASSMENT, _SEXUAL, _MINORS)
