"""Unwanted content: who speaks of ending or hurting their own life, asks how, or tells somebody else to."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.detectors.families.signs import Group, Sign

_KIND: Final = "SELF_HARM"
_WAYS: Final = (
    r"(?:how (?:do|can|could|would|should|to)|ways? to|way to|steps to|help me|tell me|teach me|instructions|plan to"
    r"|explain how)"
)
_FIGURES: Final = r"\bdie (?:of|from|laughing|on (?:that|this) hill|in peace|in my sleep|with laughter|inside)\b"
_SLACK: Final = (
    r"\b(?:cut|cutting|hurt|hurting) myself (?:some|a|an|another|off|out|loose|on (?:the|a|my)|while|when|shaving"
    r"|with a"
    r" kitchen|at the gym|running|cooking|by accident|accidentally)\b|\bkill(?:ing)? myself (?:laughing|with work)\b"
)
"""Ways of speaking, and accidents."""
_PRESCRIBED: Final = (
    r"\bhow (?:do|should|can|to)\b|\b(?:schedule|per day|every (?:day|morning)|daily|prescri\w+|with (?:food|me))\b"
)
_ABROAD: Final = (
    r"\bich (?:will|möchte|werde) (?:mich umbringen|mir das leben nehmen|nicht mehr (?:leben|da sein|aufwachen)"
    r"|sterben)"
    r"|\bich bring(?:e)? mich (?:\w+ )?um\b|\bkeine lust mehr zu leben|\bmir das leben nehmen\b"
    r"|\bje (?:veux|vais) (?:mourir|me tuer|me suicider)|\bje ne veux plus (?:vivre|être là)|\benvie de mourir\b"
    r"|\ben finir avec (?:la|ma) vie|\bquiero (?:morirme|matarme|suicidarme|quitarme la vida|morir\b)"
    r"|\bno quiero (?:seguir viviendo|vivir más|vivir\b)|\b(?:eu )?quero (?:morrer|me matar)|\bnão quero mais viver"
    r"|\bvoglio (?:morire|uccidermi|togliermi la vita|farla finita)|\bnon voglio più vivere"
    r"|\bik wil (?:niet meer leven|dood)\b|хочу умереть|не хочу (?:больше )?жить|покончить с собой"
    r"|死にたい(?:です|。|$)|自殺したい|我想死|想自杀|不想活了|죽고 싶|ölmek istiyorum|intihar etmek istiyorum"
    r"|chcę umrzeć"
    r"|nie chcę (?:już )?żyć|chcę się zabić"
)

SELF_HARM: Final = Group(
    name="unwanted-self-harm",
    anchors=(
        r"\b(?:kill(?:ing)? (?:my|your)self|end(?:ing)? (?:my|it\b|your) ?(?:own )?(?:life)?|suicid"
        r"|hang(?:ing)? myself|cut(?:ting)? myself|hurt(?:ing)? myself"
        r"|overdos|self[- ]harm|starv(?:e|ing) myself|slit my|my own life|want to die|wanna die|don't want to (?:live"
        r"|be alive)|kys\b|no reason to live"
        r"|better off dead|umbringen|das leben nehmen|nicht mehr leben|mourir|me tuer|suicider|morirme|matarme"
        r"|quitarme la vida|morrer|me matar|uccidermi|morire|togliermi la vita)",
        r"\b(?:way to die|to die (?:without|painless|quick)|kill me\b|a noose|without me\b|if i (?:was|were"
        r"|am) (?:dead|gone)"
        r"|all (?:of )?(?:my|the|these) (?:pills|tablets|meds|medic|sleeping)|(?:scratch|burn)(?:ed|ing)? myself"
        r"|cut(?:ting)? deeper|not wake up|never wake up|to bleed out|kills? you\b|wake up (?:any ?more|again"
        r"|tomorrow)|go on living"
        r"|my (?:anorexia|bulimia|eating disorder|cuts)|pro[- ]ana|thinspo|by (?:starving|purging|vomiting))",
        r"mich (?:\w{1,8} )?um\b|lust mehr zu leben|nicht mehr (?:da sein|aufwachen)|plus vivre|avec (?:la|ma) vie"
        r"|quiero morir|seguir viviendo|quiero vivir|mais viver|farla finita|pi(?:\xc3\xb9) vivere|niet meer leven"
        r"|wil dood",
        "хочу умереть|не хочу (?:больше )?жить|покончить с собой|死にたい|自殺したい|我想死|想自杀|不想活|죽고 싶"
        "|lmek istiyorum"
        "|intihar etmek|umrze|nie chcę|zabi",
    ),
    before=90,
    after=60,
    signs=(
        Sign(
            kind=_KIND,
            weight=100,
            unless=_SLACK,
            pattern=r"\b(?:i (?:want|wanna|need|plan|am going|'m going|am planning|intend|have decided|would like"
            r"|feel like|think about|thought about|keep thinking about|might"
            r"|will|should|just want|really want|wish i could|tried|could)|i'm (?:going|planning|thinking|considering"
            r"|about|gonna)|i've been thinking|wanna|help me"
            rf"|{_WAYS}|(?:easiest|best|painless|quickest|fastest|least painful)(?: and \w+)? (?:way|method"
            rf"|means)s?|thoughts of|urge to|what (?:pills|dose|is the"
            r" (?:best|easiest))|how (?:many|much))\b[^.!?\n]{0,60}?\b(?:kill(?:ing)? myself"
            r"|end(?:ing)? (?:my (?:own )?life|it all)|commit(?:ting)? suicide|hang(?:ing)?"
            r" myself|cut(?:ting)? myself|hurt(?:ing)? myself|harm(?:ing)? myself|overdos(?:e|ing) (?:on|with|to"
            r"|\w+ to die)|self[- ]harm|starv(?:e|ing) myself|slit my"
            r" wrists?|tak(?:e|ing) my own life|die by suicide|suicide method|lethal dose)",
        ),
        Sign(
            kind=_KIND,
            weight=100,
            unless=_FIGURES,
            pattern=r"\bi (?:just |really |only )?(?:want to|wanna) die\b|\bi(?: really)? (?:don't"
            r"|do not) want to (?:live|be alive|exist|wake up|go on living)(?: any ?more| any longer| tomorrow"
            r"| again)?\b"
            r"|\bi have no reason to live\b|\bi(?:'d| would)? be better off dead\b|\bi(?:'m| am) (?:suicidal"
            r"|going to kill myself)\b|\bi (?:just |really )?(?:want to|wanna) end it(?: all)?\s*(?:[.!?]|$)",
        ),
        Sign(
            kind=_KIND,
            weight=100,
            pattern=r"\b(?:you should|go|just|please|why don't you|do us a favou?r and) (?:go )?(?:kill yourself"
            r"|hang yourself|end your life|commit suicide|kys)\b|\bkys\b",
        ),
        Sign(
            kind=_KIND,
            weight=100,
            pattern=r"\b(?:quickest|fastest|easiest|best|painless|most painless|least painful"
            r"|peaceful)(?: and \w+)? ways? to die"
            r"\b(?:\s*(?:[.?!]|$)| without| at home| for me| alone| by\b)|\bto die (?:without (?:any )?pain"
            r"|painlessly|quickly"
            r" and painlessly)|\bhow (?:many|much)\b[^.!?\n]{0,40}\b(?:would|will|to|does it take to"
            r"|do i need to) (?:kill me\b"
            r"|(?:take to )?(?:die|end my life))",
        ),
        Sign(
            kind=_KIND,
            weight=100,
            unless=_PRESCRIBED,
            pattern=r"\b(?:i(?:'m| am)? ?(?:will|'ll|going to|gonna|want to|wanna|just|have|took|take|taking|could"
            r"|should)"
            r"|what (?:happens )?if i)(?: \w+){0,2} (?:took |take |taken |swallow(?:ed)? )?all (?:of )?(?:my|the"
            r"|these)"
            r" (?:\w+ )?(?:pills|tablets|meds|medication)\b",
        ),
        Sign(
            kind=_KIND,
            weight=100,
            pattern=r"\b(?:everyone|everybody|they|people|my (?:family|kids|parents|friends|wife|husband)|the world)"
            r" (?:would|will|'d) (?:all )?be (?:happier|better|better off|fine) (?:if i (?:was|were|am) (?:dead"
            r"|gone)\b)"
            r"|\b(?:everyone|everybody|they|my (?:family|kids|parents|friends|wife|husband)|the world) (?:would"
            r"|will|'d)"
            r" (?:all )?be better off without me\b",
        ),
        Sign(
            kind=_KIND,
            weight=100,
            unless=_SLACK,
            pattern=r"\bi(?:'ve| have)? (?:\w+ )?(?:cut|burned|burnt|scratched|hurt|hit) myself (?:again|on purpose"
            r"|to feel"
            r"|because|every|until|and (?:i )?(?:want|need|can't))",
        ),
        Sign(
            kind=_KIND,
            weight=100,
            unless=r"\bnoose (?:knot|around)|\b(?:theatre|theater|stage|prop|film|fishing|climbing)\b",
            pattern=r"\bhow (?:do i|to|can i|do you) (?:tie|make) a noose\b",
        ),
        Sign(
            kind=_KIND,
            weight=100,
            pattern=r"\b(?:hide|hiding|keep up|continue) my (?:anorexia|bulimia|eating disorder|cuts|cutting)\b"
            r"|\b(?:pro[- ]ana|thinspo) (?:tips|diet|tricks|motivation)|\b(?:tips|how|ways?"
            r"|help me)\b[^.!?\n]{0,60}\blose"
            r" weight by (?:starving|purging|vomiting)",
        ),
        Sign(
            kind=_KIND,
            weight=100,
            pattern=r"\b(?:rather|wish i(?:'d| would| could)?|hope i|wish to) (?:just )?(?:not|never|don't"
            r"|do not) wake up\b"
            r"|\b(?:which|what) (?:pills?|tablets?|drugs?|meds|poison)\b[^.!?\n]{0,20}\bkills? (?:you|me"
            r"|a person)\b[^.!?\n]{0,20}"
            r"\b(?:quick|fast|painless|eas)|\bcut\b[^.!?\n]{0,30}\bto (?:bleed out|die)\b",
        ),
        Sign(kind=_KIND, weight=100, pattern=_ABROAD),
    ),
)
