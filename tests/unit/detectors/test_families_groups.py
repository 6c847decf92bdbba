"""The groups of rules: every kind that policies name is there, and each rule has a name of its own."""

from __future__ import annotations

from collections import Counter

from keeptrusts.gateway.detectors.families.personal import health_rules, kinds, payment_rules, personal_rules

POLICIES_NAME = """
EMAIL PHONE CREDIT_CARD IBAN BANK_ACCOUNT US_ROUTING_NUMBER IP_ADDRESS MAC_ADDRESS URL COORDINATES ADDRESS POSTAL_CODE
DATE_OF_BIRTH DATE AGE LICENSE_PLATE VIN PASSPORT DRIVER_LICENSE PERSON US_SSN US_ITIN US_EIN UK_NINO UK_NHS_NUMBER
UK_UTR DE_TAX_ID DE_ID_CARD FR_NIR IT_FISCAL_CODE ES_DNI ES_NIE NL_BSN BE_NATIONAL_NUMBER PL_PESEL PT_NIF
SE_PERSONNUMMER DK_CPR FI_HETU AT_SVNR IE_PPS EU_VAT IN_AADHAAR IN_PAN IN_GSTIN IN_VOTER_ID BR_CPF BR_CNPJ
JP_MY_NUMBER CA_SIN AU_TFN AU_ABN AU_MEDICARE MEDICAL_RECORD_NUMBER HEALTH_PLAN_NUMBER NPI DEA_NUMBER DEVICE_ID
ACCOUNT_NUMBER CERTIFICATE_NUMBER BIOMETRIC
"""


def test_every_kind_that_policies_name_has_a_rule() -> None:
    assert set(POLICIES_NAME.split()) <= set(kinds())


def test_each_rule_has_a_name_of_its_own() -> None:
    names = Counter(rule.id for rule in (*personal_rules(), *payment_rules(), *health_rules()))
    assert [name for name, count in names.items() if count > 1] == []
