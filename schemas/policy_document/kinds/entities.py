"""The kinds of findings that detectors know, in groups, and how people write them in policy files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from types import MappingProxyType
from typing import Final

PAYMENT: Final = frozenset({"CREDIT_CARD", "IBAN", "BANK_ACCOUNT", "US_ROUTING_NUMBER"})
NATIONAL: Final = frozenset(
    {
        "AT_SVNR", "AU_ABN", "AU_MEDICARE", "AU_TFN", "BE_NATIONAL_NUMBER", "BR_CNPJ", "BR_CPF", "CA_SIN", "CH_AHV",
        "CN_RESIDENT_ID", "DE_ID_CARD", "DE_TAX_ID", "DK_CPR", "ES_DNI", "ES_NIE", "EU_VAT", "FI_HETU", "FR_NIR",
        "IE_PPS", "IN_AADHAAR", "IN_GSTIN", "IN_PAN", "IN_VOTER_ID", "IT_FISCAL_CODE", "JP_MY_NUMBER", "KR_RRN",
        "NATIONAL_ID", "NL_BSN", "NO_FODSELSNUMMER", "PL_PESEL", "PT_NIF", "SE_PERSONNUMMER", "SG_NRIC",
        "UK_NHS_NUMBER", "UK_NINO", "UK_UTR", "US_EIN", "US_ITIN", "US_SSN",
    }
)  # fmt: skip
CONTACT: Final = frozenset({"ADDRESS", "EMAIL", "PHONE"})
PERSONAL: Final = frozenset(
    {
        "COORDINATES", "DATE_OF_BIRTH", "DRIVER_LICENSE", "IP_ADDRESS", "LICENSE_PLATE", "MAC_ADDRESS", "PASSPORT",
        "PERSON", "VIN",
    }
)  # fmt: skip
"""Beside the other groups: what pii-detector finds unless its file names entities."""
HEALTH: Final = frozenset(
    {
        "ACCOUNT_NUMBER", "BIOMETRIC", "CERTIFICATE_NUMBER", "DEA_NUMBER", "DEVICE_ID", "HEALTH_PLAN_NUMBER",
        "MEDICAL_RECORD_NUMBER", "NPI",
    }
)  # fmt: skip
CIRCUMSTANCES: Final = frozenset({"AGE", "DATE", "POSTAL_CODE", "URL"})
"""Personal only together with something else; found where a policy names them, and by HIPAA's 18."""

ENTITIES: Final = PAYMENT | NATIONAL | CONTACT | PERSONAL | HEALTH | CIRCUMSTANCES

_WORDS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "ALL": ENTITIES,
        "BANK": PAYMENT - {"CREDIT_CARD"},
        "CARD": frozenset({"CREDIT_CARD"}),
        "CARD_NUMBER": frozenset({"CREDIT_CARD"}),
        "CONTACT": CONTACT,
        "CREDIT_CARD_NUMBER": frozenset({"CREDIT_CARD"}),
        "DATE_TIME": frozenset({"DATE"}),
        "DOB": frozenset({"DATE_OF_BIRTH"}),
        "DRIVERS_LICENSE": frozenset({"DRIVER_LICENSE"}),
        "EMAIL_ADDRESS": frozenset({"EMAIL"}),
        "HEALTH": HEALTH,
        "IBAN_CODE": frozenset({"IBAN"}),
        "IP": frozenset({"IP_ADDRESS"}),
        "LOCATION": frozenset({"ADDRESS", "COORDINATES"}),
        "MAC": frozenset({"MAC_ADDRESS"}),
        "MEDICAL": HEALTH,
        "MRN": frozenset({"MEDICAL_RECORD_NUMBER"}),
        "NAME": frozenset({"PERSON"}),
        "NATIONAL_IDS": NATIONAL,
        "PASSPORT_NUMBER": frozenset({"PASSPORT"}),
        "PAYMENT": PAYMENT,
        "PCI": frozenset({"CREDIT_CARD"}),
        "PHONE_NUMBER": frozenset({"PHONE"}),
        "SOCIAL_SECURITY_NUMBER": frozenset({"US_SSN"}),
        "SSN": frozenset({"US_SSN"}),
        "STREET_ADDRESS": frozenset({"ADDRESS"}),
        "TAX_ID": frozenset({"US_EIN", "US_ITIN", "DE_TAX_ID", "UK_UTR", "AU_TFN", "IN_PAN", "PT_NIF"}),
        "US_DRIVER_LICENSE": frozenset({"DRIVER_LICENSE"}),
        "ZIP": frozenset({"POSTAL_CODE"}),
        "ZIP_CODE": frozenset({"POSTAL_CODE"}),
    }
)
"""Other words, those of other products among them."""


def entities_named(names: Iterable[str]) -> frozenset[str]:
    """Give the kinds that names mean, in any case, with blanks or hyphens. Raises ValueError, which names one."""
    found: frozenset[str] = frozenset()
    for name in names:
        key = name.strip().upper().replace(" ", "_").replace("-", "_")
        kinds = _kinds_of(key) or _kinds_of(key.removesuffix("S"))
        if not kinds:
            near = get_close_matches(key, [*ENTITIES, *_WORDS], n=1)
            hint = f"; did you mean {near[0].lower()}?" if near else ""
            raise ValueError(f"{name[:60]!r} is no kind of finding that detectors know{hint}")
        found |= kinds
    return found


def _kinds_of(key: str) -> frozenset[str]:
    return frozenset({key}) if key in ENTITIES else _WORDS.get(key, frozenset())
