"""Words beside those of an attack that make them something else: who is reminded, who corrects what they said."""

from __future__ import annotations

from typing import Final

KEPT: Final = (
    r"\b(?:do not|don't|never|must not|should not|shouldn't|cannot|can't|not to|without) (?:ever |simply |just )?"
    r"(?:ignor|forget(?:ting)? (?:[^t]|t[^o]|to[^ ])|disregard|overrid|overrul|bypass|circumvent|neglect|skip"
    r"|violat|break|abandon|discard)"
    r"|\b(?:if|when|whenever|unless|in case|should) (?:you|users?|developers?|we|they|one) (?:ever |really )?(?:need"
    r"|want"
    r"|wish|have|like|decide)s? to (?:\w+ )?(?:ignor|disregard|overrid|overrul|bypass|circumvent|skip|break)"
)
"""Who is told not to ignore something is told the opposite, and who may want to is told nothing."""
ABOUT: Final = (
    r"\b(?:know|knew|learn(?:ed|t)|heard|read|thought|believed?|seen)(?: so far)? about\b"
    r"|\b(?:requests?|messages?|questions?|tasks?|texts?|information|conversations?|statements?|discussions?|words)"
    r" (?:about|regarding|concerning|for an?|for the|for my)\b"
)
"""What is said of one subject is not all that was said."""
IN_DATA: Final = (
    r"\b(?:instructions?|commands?|directives?|prompts?|requests?|orders)(?: (?:that|which) (?:are|is|may|might"
    r"|could|be"
    r"|appears?|you find)| (?:contained|embedded|found|hidden|given|appearing|be|appear|included))*"
    r" (?:in|inside|within|from|of) (?:the |this |these |those |that |any |following |retrieved |user |quoted "
    r"|customer )*"
    r"(?:texts?|reviews?|documents?|e-?mails?|web ?pages?|pages?|web ?sites?|contents?|data|inputs?|results?|articles?"
    r"|comments?|transcripts?|files?|snippets?|tags|delimiters|(?:triple )?(?:back ?ticks|quotes|quotation marks"
    r"|brackets|dashes)|code fences?|blocks?)(?: below| itself| to be \w+)?\s*(?:[.,;:)\n\"'`]|$"
    r"|and\b)"
)
"""Who has a text worked on says that nothing in it is an order."""
FIRST_PERSON: Final = (
    r"\b(?:what|whatever|everything|anything|all|that) (?:i|we)(?:'ve| have| had)?(?: just| previously| already)*"
    r" (?:said|told|wrote|written|asked|mentioned|gave|given)"
)
MINE: Final = (
    r"\b(?:my|our) (?:previous|last|earlier|prior|other|old|first) (?:messages?|e-?mails?|requests?|questions?|texts?"
    r"|comments?)"
)
IN_FILES: Final = (
    r"\b(?:lines?|rows?|columns?|cells?|entr(?:y|ies)|paragraphs?|sections?|values?)\b[^.!?\n]{0,24} (?:in|of"
    r"|from) (?:the|my"
    r"|this|that|our) (?:csv|files?|tables?|sheets?|spreadsheets?|logs?|lists?|config\w*|code|scripts?|reports?"
    r"|chapters?"
    r"|essays?|books?|contracts?|data ?sets?)\b"
)
"""Rows of a file that do not count were no order."""
SPARING: Final = f"{KEPT}|{ABOUT}|{IN_DATA}|{MINE}|{IN_FILES}"
CONFLICTING: Final = (
    r"\b(?:instructions?|directions?|orders?|rules?|commands?|requests?|provisions?|policy|policies) (?:that|which)"
    r" (?:(?:conflict|contradict|contraven|violat|breach|infring)\w* (?:with )?(?:clause|section|article|paragraph|part"
    r"|applicable|local|\d|(?:the|this|any) (?:\w+ )?(?:laws?|terms|act|agreement|contract|deed|will|statutes?|bylaws"
    r"|constitution|code))|(?:is|are|would be|appears?(?: to be)?) (?:contrary to|unlawful|illegal|inconsistent with"
    r"|in conflict with|unclear|out of date|outdated))\b"
)
"""Instructions that a law or a contract sets aside, because they are against it, are no model's."""
MADE_TO: Final = (
    r"(?:was|were|been|being) (?:made|tricked|persuaded|coaxed|manipulated|fooled|lured|talked|brought|misled"
    r"|provoked) (?:to|into)"
)
NARRATED: Final = rf"\b{MADE_TO}\b"
"""Who tells what somebody got a model to do asks for nothing."""
OF_CONTRACTS: Final = r"\b(?:terms|this (?:contract|agreement|deed|lease|letter|clause)|by the client)\b"
"""A contract ends what was agreed before."""
HOW_TO_WRITE: Final = (
    r"\b(?:how to|guides?|introductions?|ways?) (?:\w+ )?(?:to|for|with) (?:an? |the )?(?:ai|llm"
    r"|language model|assistant|chat ?bot|agent)|\b(?:how to|tips for) \w+ to\b"
)
"""Who tells people how to use a model speaks to people."""
OF_STYLE: Final = (
    r"\b(?:docstrings?|type hints?|fixtures?|unit tests?|pytest|lint\w*|naming|indent\w*|composition|imports|style"
    r"|conventions?|comments|commit messages)\b"
)
"""How code is to be written is told to models in files made for it."""
LOGGED_IN: Final = (
    r"\b(?:again|once more|log ?in|logs in|logging in|sign in|re-?enter|re-?authenticat\w*|authentication|fails"
    r"|session (?:has )?expire\w*|attempts)\b"
)
"""Who asks for a password at a door asks for it again."""
FOR_OTHERS: Final = (
    r"\b(?:prompts?|instructions?|messages?|rules|guidelines)"
    r" (?:for (?:an?\b|our\b|my\b|us\b|new\b|\w+ing\b)|to (?:set|install|use|build|assemble|make|renew|get|open)\b"
    r"|on how|of (?:an?|my|our"
    r"|(?:the|this|that) (?:\w+ )?(?:essay|task|exam|contest|exercise|assignment|challenge|competition|test|question"
    r"|game))"
    r"\b)|\b(?:a good|the best|an ideal|a better)\b"
)
"""A prompt that somebody writes, or instructions for doing something, are not the model's."""
GUESSED: Final = r"\b(?:games?|level|escape room|crossword|hangman|wordle|taboo|puzzle|riddle i)\b"
"""Where a word is guessed in a game, nobody keeps a secret."""
NOT_KEPT: Final = (
    rf"{GUESSED}|\bhow (?:(?:do|can|could|should|would) (?:i|we|one)|to)\b|\b(?:function|regex|regular expression"
    rf"|script|python|java|javascript|code that|html|css|form|field"
    r"|input|users?|hash\w*|bcrypt|argon\w*|algorithms?|valid\w+|polic\w+|manager|require\w*|reset|wi-?fi"
    r"|router|account|must|should|have to|has to|needs? to|at least|special|upper|lower|case|digits?|strength|strong"
    r"|sql|log|logs|column|api|django|kubernetes|allowed|permitted|average|bits|brute|crack\w*|only|numbers?"
    r"|sensitive|mandatory|string|openssl|curl|headers?|auth\w*|server|database|client|store[ds]?|config\w*|files?"
    r"|variables?|php|rust|bash|shell|powershell|excel|kubectl|program|app)\b"
)
"""Words that tell of a password that somebody has, makes or checks."""
