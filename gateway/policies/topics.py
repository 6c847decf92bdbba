"""What texts are about: topics that are known by name, told by their words, and others, which are words themselves."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from keeptrusts.gateway.detectors.rules import Rule
from keeptrusts.gateway.policies.own_patterns import rules_of_terms

ENOUGH: Final = 2
"""So many words of a known topic make a text one about it: one alone is said in passing."""
WORDS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "medical": (
            "diagnosis", "symptom", "symptoms", "dosage", "dose", "medication", "medications", "medicine",
            "prescription", "treatment", "therapy", "disease", "infection", "doctor", "physician", "patient",
            "blood pressure", "antibiotic", "antibiotics", "ibuprofen", "paracetamol", "side effects", "surgery",
            "vaccine", "chronic", "clinical",
        ),
        "legal": (
            "contract", "lawsuit", "liability", "liable", "attorney", "lawyer", "court", "statute", "plaintiff",
            "defendant", "litigation", "jurisdiction", "clause", "legal advice", "copyright", "trademark",
            "negligence", "damages", "breach", "tenant", "landlord", "custody", "divorce", "gdpr", "regulation",
            "compliance",
        ),
        "financial": (
            "invest", "investing", "investment", "investments", "stock", "stocks", "bond", "bonds", "portfolio",
            "dividend", "mortgage", "interest rate", "interest rates", "retirement", "pension", "loan", "tax",
            "taxes", "crypto", "bitcoin", "etf", "index fund", "mutual fund", "returns", "shares", "hedge",
            "asset allocation",
        ),
        "hiring": (
            "candidate", "candidates", "applicant", "applicants", "resume", "resumes", "cv", "cvs", "hire", "hired",
            "hiring", "recruit", "recruiter", "recruiting", "recruitment", "interview", "interviews", "interviewer",
            "shortlist", "shortlisted", "job offer", "job offers", "job application", "job applications", "job title",
            "salary", "salaries", "employee", "employees", "layoff", "layoffs", "dismissal", "performance review",
            "background check", "reference check", "probation", "vacancy", "qualifications",
        ),
        "safety": (
            "safety", "safety critical", "safety-critical", "hazard", "hazards", "hazardous", "injury", "injuries",
            "fatal", "lethal", "fatality", "explosion", "explosive", "flammable", "toxic", "overdose", "brake",
            "brakes", "braking", "airbag", "autopilot", "aircraft", "flight control", "reactor", "radiation",
            "pressure relief", "relief valve", "emergency stop", "emergency shutdown", "interlock", "interlocks",
            "high voltage", "gas leak", "evacuation", "pacemaker", "ventilator", "insulin pump", "life support",
            "crane", "scaffolding", "protective equipment",
        ),
    }
)  # fmt: skip
_ALSO: Final[Mapping[str, str]] = MappingProxyType(
    {
        "medical advice": "medical",
        "medical decisions": "medical",
        "legal advice": "legal",
        "legal opinions": "legal",
        "financial advice": "financial",
        "hiring actions": "hiring",
        "safety critical": "safety",
    }
)
"""Longer names of known topics, as policy files write them with blanks, hyphens or underscores."""


def topic_named(name: str) -> str:
    """Give the topic that a policy file means: a known one, or the words themselves."""
    words = " ".join(name.casefold().replace("_", " ").replace("-", " ").split())
    return _ALSO.get(words, words)


def rules_of_topic(topic: str) -> tuple[Rule, ...]:
    """Give the rules that find a topic's words; their findings are of its kind."""
    written = (topic, topic.replace(" ", "_"), topic.replace(" ", "-")) if " " in topic else (topic,)
    return rules_of_terms(WORDS.get(topic, written), kind_of_topic(topic))


def kind_of_topic(topic: str) -> str:
    """Give the kind by which findings of a topic are counted."""
    return "TOPIC_" + "_".join(topic.upper().split())


def least_words(topic: str, enough: int = ENOUGH) -> int:
    """Give how many words make a text one about a topic: a topic that is a word itself is told by it."""
    return enough if topic in WORDS else 1
