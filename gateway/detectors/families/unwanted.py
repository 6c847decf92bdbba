"""Unwanted content by category: what is asked for or announced together with what it is about, not words alone."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.detectors.families.signs import Group, Sign
from keeptrusts.gateway.detectors.families.unwanted_people import people_groups
from keeptrusts.gateway.detectors.families.unwanted_stance import SWEET

_WANTED: Final = (
    r"\b(?:how (?:do|can|could|would|should|might|to|does one|did they)|step(?:s|[- ]by[- ]step)|instructions?"
    r"|guide|what (?:\w+ ){0,3}(?:do|can|should) i"
    r"|tutorial|recipe"
    r"|teach me|show me|help me|tell me|explain|describe how|give me|write|list|ways? to|way to|method|i(?: am"
    r"|'m)? (?:want|need|plan"
    r"|going|trying|would like|looking)|best|easiest|where (?:can|do|to)|can you|could you|let's|wie (?:kann|baue?"
    r"|mache?|stelle?)"
    r"|anleitung|comment (?:puis|faire|fabriquer|tuer)|cómo (?:puedo|hacer|fabricar|hago|matar)|como (?:posso|fazer"
    r"|fabricar)|come"
    r" (?:posso|fare|costruire))\b"
)
_MADE: Final = (
    r"\b(?:mak(?:e|ing)|build(?:ing)?|construct(?:ing)?|assembl(?:e|ing)|creat(?:e|ing)|cook(?:ing)?"
    r"|3d[- ]print(?:ing)?|convert(?:ing)?"
    r"|manufactur(?:e|ing)|produc(?:e|ing)|synthesi[sz](?:e|ing)|detonat(?:e|ing)|plant(?:ing)?|prepar(?:e|ing)"
    r"|mix(?:ing)?|acquir(?:e"
    r"|ing)|get hold of|get (?:the |some )?(?:parts|components|materials) (?:for|of)|cultur(?:e|ing)|order(?:ing)?"
    r"|to get|obtain(?:ing)?|smuggl(?:e|ing)|buy(?:ing)?|sell(?:ing)?|extract(?:ing)?|grow(?:ing)?"
    r"|weaponi[sz](?:e|ing)|deal(?:ing)?"
    r"|baue?n?|herstellen?|bastle?n?|fabriquer|fabricar|hacer|fazer|costruire|fare)\b"
)
_MAKES: Final = (
    r"\b(?:ma(?:kes?|king|de)|buil(?:ds?|ding|t)|cook(?:s|ing|ed)?|creat(?:es?|ing|ed)|synthesi[sz]\w*|synthesis of"
    r"|assembl\w+|extract(?:s|ing|ed)?|produc(?:es?|ing|ed)|prepar(?:es?|ing|ed)|mix(?:es|ing|ed)?|brew(?:s|ing|ed)?"
    r"|grow(?:s|ing)?|cultur(?:es?|ing|ed)|writ(?:es?|ing)|cod(?:es?|ing)|recipe (?:of|for)|formula (?:of|for))\b"
)
_TOLD: Final = (
    r"\b(?:novels?|(?:short |bedtime )?stor(?:y|ies)|tales?|scenes?|screenplay|script|movie|film|thriller|dialogue|poem"
    r"|song|monologue|characters?|villain|protagonist|fiction\w*|role-?play\w*|pretend|imagine|textbook from|grandm\w+"
    r"|chapter)\b"
)
_FOR_REAL: Final = (
    r"\b(?:step[- ]by[- ]step|(?:describe|explain|list|detail|through|shows?) (?:each|every)(?: single)? step"
    r"|tool by tool"
    r"|exact (?:amounts?|quantit\w+|measure\w+|temperatures?|recipe|steps|instructions|procedure|method|ingredients)"
    r"|(?:exactly|precisely) how to|real(?:istic)? (?:instructions|recipe|steps|procedure|method|commands|code)"
    r"|true recipe|working (?:code|recipe|method|example)|actual (?:commands|code|recipe|steps|instructions|procedure"
    r"|method)|(?:complete|full) (?:synthesis|recipe|procedure|instructions|code|method)|technically (?:accurate"
    r"|correct)"
    r"|(?:that|so it|so that it) (?:truly |really |actually )works?|(?:could|can) (?:follow|repeat|copy) (?:along|it"
    r"|them"
    r"|the (?:steps|recipe))|ready to (?:be )?used?|(?:do(?: not|n't)|never|without) skip(?:ping)? (?:any|a single"
    r"|even one)"
    r"|(?:full|complete|entire|whole) (?:lecture|lesson|tutorial|explanation|source code)\b"
    r"|(?:that|which|it|and|would|must|should|to) (?:would |must |could |should |also |really "
    r"|actually )*work in (?:the real"
    r" world|real life|reality|practice)|(?:real|actual)[- ](?:life|world) (?:chemicals|amounts|ingredients|quantities)"
    r"|word[- ]for[- ]word script|(?:it|which) (?:has to|must|should) (?:compile|run)"
    r"|(?:thorough|exact|precise|detailed) as (?:a|in a|the) (?:manual|recipe|textbook|tutorial)|with the ingredients"
    r"|in (?:exact|full|minute|precise|usable) detail|with (?:all |the |exact |precise |real )*(?:doses|dosages"
    r"|reagents))\b"
)
"""What a story does not need, and who wants to do it does."""
_SHORT: Final = r"[^.!?\n]{0,40}?"
_LONG: Final = r"[^.!?\n]{0,80}?"


def _asked(
    kind: str, name: str, anchors: tuple[str, ...], done: str, about: str, *more: str, told_of: str = ""
) -> Group:
    """Give the group of what is asked how to do. ``anchors`` name what it is about, as the scan finds it.

    A story about it is let through, unless its telling is to be good for doing it; ``told_of`` is what is told then.
    """
    told_of = told_of or rf"{_MAKES}{_SHORT}\b(?:{about})"
    return Group(
        name=f"unwanted-{name}",
        anchors=anchors,
        before=140,
        after=130,
        signs=(
            Sign(kind=kind, weight=100, telling=True,
                 unless=rf"\b(?:{SWEET}|defus\w*|disarm\w*|(?:need not|needn't|not be|not to be|vague)\b)",
                 pattern=rf"{_TOLD}[^\n]{{0,160}}?{told_of}[^\n]{{0,110}}?{_FOR_REAL}"
                         rf"|{_TOLD}[^\n]{{0,140}}?{_FOR_REAL}[^\n]{{0,60}}?{told_of}"),
            *(Sign(kind=kind, weight=100, pattern=pattern)
            for pattern in (
                rf"{_WANTED}{_LONG}{done}{_SHORT}\b(?:{about})",
                rf"\b(?:synthesis|recipe|formula|instructions|tutorial|blueprints?)(?: route)? (?:of"
                rf"|for){_SHORT}\b(?:{about})",
                rf"\bwie (?:kann|baue|mache|stelle|koche|sprenge)\w*\b{_LONG}\b(?:{about})",
                *more,
            ))
        ),
    )  # fmt: skip


_WEAPONS: Final = _asked(
    "WEAPONS",
    "weapons",
    (
        r"\b(?:bombs?|bombe[ns]?|bombas?|explosives?|molotov|ied|grenades?|nerve (?:gas|agent)|sarin|mustard gas"
        r"|chlorine gas|poison(?:ous)? gas|phosgene|novichok|semtex|petn|tatp|c-?4"
        r" explosive|ghost guns?|silencer|napalm|thermite|land ?mine|ricin|anthrax|nitro ?glycerine?|dirty bomb"
        r"|sprengstoff"
        r"|sprengsatz)\b",
        r"\b(?:chemical|biological|nuclear|untraceable|automatic|home ?made|3d[- ]printed) (?:weapon|bomb|gun|firearm"
        r"|rifle|explosive)",
        r"\b(?:unregistered|illegal) (?:gun|firearm|weapon)|\bfull(?:y)?[- ]auto",
    ),
    _MADE,
    r"(?:pipe |nail |dirty |fertili[sz]er |home ?made |petrol |car )?bombs?\b|bombe[ns]?\b|bombas?\b|explosives?\b"
    r"|explosive device"
    r"|molotov|ied\b|grenades?|nerve (?:gas|agent)|sarin|mustard gas|chlorine gas|poison(?:ous)? gas|phosgene"
    r"|novichok|semtex|petn\b|tatp"
    r"|ghost guns?|silencers?|napalm"
    r"|thermite"
    r"|land ?mines?|ricin|anthrax|nitro ?glycerine?|sprengstoff|sprengsatz|(?:chemical|biological|nuclear) weapons?"
    r"|untraceable (?:gun"
    r"|firearm)s?"
    r"|(?:fully )?automatic (?:weapon|rifle|gun)s?|(?:3d[- ]printed|unregistered|illegal) (?:gun|firearm|weapon)s?",
    r"\b(?:convert|turn|mak|modif)\w* (?:my |an? |the )?(?:\w+ )?(?:ar-?15|ak-?47|glock|rifle|pistol"
    r"|gun)(?: (?:in)?to)?(?: an?)? (?:full|fully)"
    r"[- ]auto",
)
_DRUGS: Final = _asked(
    "DRUGS",
    "drugs",
    (
        r"\b(?:meth|methamphetamine|crystal meth|cocaine|kokain|coca(?:\xc3\xad|i)na|heroin|fentanyl|lsd|mdma|ecstasy"
        r"|ghb|dmt|pcp|crack"
        r" cocaine|magic mushrooms|spice k2|carfentanil)\b",
        r"\b(?:spik(?:e|ing)|drug(?:ging)?) (?:some|her|his|a girl|my)",
        r"\b(?:slip|sneak|put)(?:ping|ing|ting)? (?:ghb|roofies|rohypnol|ketamine|drugs|mdma)\b",
    ),
    _MADE,
    r"meth\b|methamphetamine|crystal meth|cocaine|kokain|cocaína|heroin|fentanyl|lsd\b|mdma|ecstasy|ghb\b|dmt\b|pcp\b"
    r"|carfentanil"
    r"|magic mushrooms",
    r"\b(?:slip|slipping|sneak|sneaking|put|putting) (?:ghb|roofies|rohypnol|ketamine|mdma|drugs) (?:in"
    r"|into) (?:an?|her"
    r"|his|the|my|someone'?s?)\b",
    r"\b(?:which|what|best|where)\b[^.!?\n]{0,30}\b(?:darknet|dark ?web|darkweb)\b[^.!?\n]{0,40}\b(?:meth|cocaine"
    r"|heroin|fentanyl|lsd|mdma"
    r"|ecstasy|ghb|dmt)\b",
    r"\b(?:spik(?:e|ing)|drug(?:ging)?) (?:someone'?s?|somebody'?s?|her|his|a girl'?s?|my \w+'s) (?:drink|glass"
    r"|coffee|cocktail|food)\b",
)
_CRIMES: Final = _asked(
    "ILLEGAL_ACTIVITY",
    "crimes",
    (
        r"\b(?:hack (?:in|some|my|a |an |the)|hacking into|break into|breaking into|shoplift|launder|counterfeit"
        r"|hotwire|hot-wire|rob a|robbing"
        r"|blackmail|extort|ransomware|keylogger|malware|computer virus|botnet|ddos|phishing|fake (?:id|passport"
        r"|prescription|degree)|stolen"
        r" credit|credit card (?:fraud|dumps)|evad(?:e|ing) tax|tax evasion|steal (?:a|some|my|from|the|some|credit"
        r"|identit|money|cars)|stealing"
        r" (?:a|from|money)|identity theft|get(?:ting)? into (?:someone|my)|human traffick|smuggl|forg(?:e|ing) (?:a"
        r"|an|docu|sign|my|some)|insurance fraud"
        r"|credit card numbers"
        r"|insider trading|brib|crack (?:a|the|some|wifi|wi-fi|password)|pick(?:ing)? pockets"
        r"|cheat(?:ing)? on (?:my )?tax|clon(?:e|es|ing) (?:an? |the )?(?:car key|key ?card)"
        r"|(?:gets?|got|getting) into (?:an? |the )?\w+'s (?:network|server|account)|(?:scam|defraud)(?:s|ming"
        r"|ing)? (?:old|elderly"
        r"|people|victims|pensioners|seniors)|clon(?:e|ing)"
        r" (?:a |some )?(?:credit|debit|bank)|where my ex|(?:drugs|guns|weapons) across)",
    ),
    "",
    r"hack (?:into |someone'?s |a |an |the |my (?:ex|neighbou?r|wife|husband|girlfriend|boyfriend"
    r"|boss)\S* )+(?:\w+ )?(?:account|e?mail|phone|facebook"
    r"|instagram|bank|server|network|computer|webcam|wi-?fi|atm|database|system|website|camera)|hacking into"
    r"|break(?:ing)? into (?:a |an |my"
    r" neighbou?r'?s? |someone'?s |the )?(?:\w+ )?(?:house|home|car|office|apartment|account|building|store|bank"
    r"|phone|computer|network|system)"
    r"|shoplift|launder (?:money|cash|drug)|money laundering scheme|counterfeit (?:money|bills|currency|notes|euros"
    r"|dollars)|hot-?wire (?:a|the)"
    r"|rob(?:bing)? a (?:bank|store|house|train|person)|blackmail (?:some|my|a|him|her|people)|extort|create (?:a "
    r"|some )?(?:ransomware|malware|keylogger"
    r"|virus)|(?:ransomware|keylogger|malware|computer virus|botnet) (?:that|to|which|code|in python|for)"
    r"|ddos (?:attack )?(?:a|the|some|against|on)|phishing"
    r" (?:e-?mail|mail|page|site|message|campaign|text) (?:to|that|for|which|targeting|aimed|pretending)|fake (?:id"
    r"|passport|prescription"
    r"|degree)s?\b|stolen credit cards?|tax evasion|pick(?:ing)? (?:people'?s |someone'?s |tourists'? )pockets"
    r"|pick(?:ing)? pockets (?:on|in|at|without|like)"
    r"|cheat(?:ing)? on (?:my )?tax"
    r"|clon(?:e|ing) (?:a |some |someone'?s )?(?:credit|debit|bank) cards?(?:\s*[.?!,;]|\s*$| (?:with|using|at|from"
    r"|and|without|by)\b)|where my ex(?:-?\w+)? (?:lives"
    r"|is staying|works|moved)"
    r"|get(?:ting)? into (?:someone|my \w+)'s (?:\w+ )?(?:account"
    r"|e-?mail|phone|computer)"
    r"|evad(?:e|ing) (?:paying )?tax|steal(?:ing)? (?:a |an |some |someone'?s |my (?:\w+'s|neighbou?r'?s) |from (?:a"
    r"|the|my|people) |credit |money"
    r"|identit|cars)|commit (?:identity theft|(?:insurance|tax|credit card) fraud)|smuggl(?:e|ing) (?:people|drugs"
    r"|goods|guns|weapons|someone)"
    r"|forg(?:e|ing) (?:an? |my |someone'?s )?(?:\w+'s )?(?:signature|document|passport|check|cheque|prescription)"
    r"|brib(?:e|ing) (?:a|an|the"
    r"|my|officials?|police)"
    r"|crack (?:someone'?s |a |my neighbou?r'?s )(?:\w+ )?(?:password|wi-?fi|account|safe)",
    told_of=r"\b(?:ransomware|key ?loggers?|malware|computer virus|botnets?|phishing|hot-?wir(?:e|es|ing)|launder(?:s"
    r"|ing)?"
    r"|counterfeit(?:s|ing)?|hack(?:s|ing)? into|break(?:s|ing)? into|shoplift\w*|smuggl\w+ (?:drugs|guns|weapons"
    r"|people)|(?:gets?|brings?|takes?|getting|bringing|taking) (?:drugs|guns|weapons) across"
    r"|clon(?:e|es|ing) (?:an? |the )?(?:credit|debit|car key|key ?card)"
    r"|(?:gets?|got|getting) into (?:an? |the )?(?:\w+'s )?(?:\w+ )?(?:network|server|accounts?)"
    r"|(?:scam|defraud)(?:s|ming|ing)? (?:\w+ )?(?:people|victims?|pensioners|seniors|customers)|forg(?:e|es"
    r"|ing) (?:an? |the )?(?:\w+ )?(?:passport|signature|cheque))",
)
_INFRASTRUCTURE: Final = _asked(
    "CRITICAL_INFRASTRUCTURE",
    "infrastructure",
    (
        r"\b(?:power (?:grid|plant|station|lines?)|substation|scada|plc\b|water (?:supply|treatment|system|reservoir)"
        r"|pipeline|dam\b|nuclear"
        r" (?:plant|reactor)|gas (?:line|network)|rail(?:way)? signal|air traffic control|industrial control"
        r"|safety (?:system|interlock|instrumented)"
        r"|electric(?:al)? grid)",
    ),
    r"\b(?:attack|sabotag|hack|disabl|destroy|blow up|take down|shut down|bring down|poison|contaminat|disrupt"
    r"|knock out|damage|overrid|bypass"
    r"|derail|cut off|black ?out|infiltrat|cripple)\w*\b",
    r"power (?:grid|plant|station|lines?)|(?:electric(?:al)? )?substations?|scada|plcs?\b|water (?:supply|treatment"
    r"|system|reservoir)|pipelines?|dams?\b"
    r"|nuclear (?:plant|reactor)|gas (?:line|network)|rail(?:way)? signal|air traffic control|industrial control"
    r"|safety (?:system|interlock|instrumented)"
    r"|electric(?:al)? grid",
)
_VEHICLES: Final = _asked(
    "VEHICLE_TAMPERING",
    "vehicles",
    (
        r"\b(?:odometer|air ?bags?|brake (?:line|system|fluid)|brakes|seat ?belt (?:alarm|sensor|chime)"
        r"|emissions? (?:control|test|system)|catalytic"
        r" converter|dpf\b|defeat device|immobili[sz]er|speed limiter|driver monitoring|autopilot|lane assist|abs\b"
        r"|vin number)",
    ),
    r"\b(?:roll(?:ing)? back|tamper\w*|disabl\w*|cut(?:ting)?|trick\w*|fool\w*|bypass\w*|remov\w*|delet\w*|spoof\w*"
    r"|cheat\w*|sabotag\w*|defeat\w*|steal\w*"
    r"|turn(?:ing)? off|hack\w*|clon\w*|fak\w*|chang(?:e|ing))\b",
    r"odometer|air ?bags?|brake (?:line|system)s?|brakes\b|seat ?belt (?:alarm|sensor|chime)|emissions? (?:control"
    r"|test|system)s?|catalytic converter"
    r"|dpf\b|immobili[sz]er|speed limiter|driver monitoring|autopilot (?:nag|safety|steering|check)|vin number",
)
_CHEATING: Final = _asked(
    "ACADEMIC_DISHONESTY",
    "cheating",
    (
        r"\b(?:turnitin|plagiari|cheat|exam answers|answer key|test answers|proctor|ghost ?writ|my (?:homework|essay"
        r"|assignment|thesis|coursework"
        r"|term paper|exam)|ai detect)",
    ),
    "",
    r"cheat(?:ing)? (?:on|in|during|at) (?:an?|the|my|this|our|any)?\s?(?:\w+ )?(?:exam|test|quiz|final|homework"
    r"|assignment|midterm)s?",
    r"\b(?:write|do|complete|finish|solve|take)\b[^.!?\n]{0,40}\bmy (?:homework|essay|assignment|thesis|coursework"
    r"|term paper|exam)\b[^.!?\n]{0,60}\b(?:for me"
    r"|undetect\w*|so (?:that )?(?:turnitin|nobody|no one|my (?:teacher|professor))|without (?:being"
    r"|getting) (?:caught|detected)|as if i)",
    r"\b(?:bypass|avoid|fool|trick|evade|beat|get (?:past|around))\w*\b[^.!?\n]{0,30}\b(?:turnitin"
    r"|plagiarism (?:check|detect)|proctor\w*|ai detect)",
    r"\b(?:give|send|get|leak|sell|buy)\b[^.!?\n]{0,30}\b(?:exam answers|answer key"
    r"|test answers)\b[^.!?\n]{0,40}\b(?:before|tomorrow|exam|leaked|secret)",
)


def unwanted_groups(categories: frozenset[str]) -> tuple[Group, ...]:
    """Give the groups of these categories."""
    known = (*people_groups(), _WEAPONS, _DRUGS, _CRIMES, _INFRASTRUCTURE, _VEHICLES, _CHEATING)
    return tuple(group for group in known if any(sign.kind in categories for sign in group.signs))
