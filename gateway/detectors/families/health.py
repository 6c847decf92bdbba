"""Numbers of patients, plans, providers and devices: most have no shape of their own, and their label tells them."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.detectors.checks.luhn import imei, luhn
from keeptrusts.gateway.detectors.checks.united_states import dea, medicare_beneficiary, npi
from keeptrusts.gateway.detectors.families.identity import ALONE, identity
from keeptrusts.gateway.detectors.families.labelled import ALNUM, after_label, label_pattern
from keeptrusts.gateway.detectors.families.shapes import DIGITS_10, DIGITS_15
from keeptrusts.gateway.detectors.rules import CERTAIN, LIKELY, Rule

_CODE: Final = r"[A-Za-z]{0,5}[-# ]?\d[A-Za-z0-9]*(?:[-/][A-Za-z0-9]+| \d{3,}(?![-/.:]?\d)){0,4}"
_MBI: Final = r"\b[1-9][A-Z][A-Z0-9]\d~[A-Z][A-Z0-9]\d~[A-Z]{2}\d{2}\b"
_UUID: Final = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


def _labelled(id: str, kind: str, words: str, value: str, *, least_digits: int = 4, score: int = LIKELY) -> Rule:
    return Rule(
        id=id, kind=kind, pattern=label_pattern(words), score=score, caseless=True, joined=True,
        seek=after_label(value, least_digits=least_digits),
    )  # fmt: skip


RULES: Final = (
    _labelled(
        "mrn",
        "MEDICAL_RECORD_NUMBER",
        "mrn|urn|mr#|chart #|chart#|patient #|patient#|record #"
        "|mr no|mr number|medical record|medical record number|medical record no|med rec|med rec no"
        "|medical rec"
        "|medrec"
        "|patient id|pt id|pt no|pt number|ur number|ur no|hosp no|hosp number|patient number|patient no"
        "|patient identifier|patientid|chart number|chart no|chart id|hospital"
        " number"
        "|hospital no|hospital id|emr id|ehr id|record number|encounter number|encounter id|encounter no|visit"
        " number|visit id|accession number|accession no|accession|case id|specimen id"
        "|patientennummer|fallnummer|numéro de dossier|numéro de patient|dossier médical|historia clínica|nhc"
        "|número de historia"
        "|cartella clinica|prontuário|patientnummer|patiëntnummer|numer pacjenta|nr pacjenta"
        "|número de paciente|código do paciente|dossiernummer|病历号|カルテ番号|患者番号|患者ID|診察券番号|ipp",
        _CODE,
    ),
    _labelled(
        "health-plan",
        "HEALTH_PLAN_NUMBER",
        "membership id|membership number|membership no|member id|member number|member no|member|memberid"
        "|subscriber id|subscriber number|subscriber no|subscriber"
        "|insurance id"
        "|insurance number|insurance no|insurance member id|insurance policy|insurance card|health plan|health plan"
        " id|plan id|plan number|plan no"
        "|health insurance|health insurance number|health card|health card number|ohip|policy number|policy no"
        "|policy id|policy|group number|group no"
        "|group id|beneficiary id|beneficiary number|health plan beneficiary number|medicaid|medicaid id|medicaid"
        " number|medicare id|medicare number|mbi|hicn|payer id"
        "|krankenversichertennummer|versichertennummer|krankenkasse|krankenversicherung|versichertennr|versicherten nr"
        "|kvnr"
        "|policennummer|numéro d'adhérent|n° adhérent|n° d'adhérent|adhérent|mutuelle|número de afiliado"
        "|nº de afiliado|afiliado|número de asegurado|carteirinha do plano|carteirinha|número do beneficiário"
        "|polisnummer|numero polizza|polizza|apólice|nr polisy|numéro d'assuré|numéro de mutuelle|número de"
        " póliza|póliza"
        "|tessera sanitaria|cartão sus|保険証番号|被保険者番号|医保号",
        _CODE,
        least_digits=5,
    ),
    *identity(
        "HEALTH_PLAN_NUMBER", medicare_beneficiary, ("medicare", "mbi", "beneficiary", "medicare number",
        "medicare id"),
        (_MBI.replace("~", "-"), CERTAIN),
        (_MBI.replace("~", ""), LIKELY),
    ),
    *identity("HEALTH_PLAN_NUMBER", None, ("group", "grp"), (r"\b\d{5,8}-\d{2,4}\b", ALONE), with_words=LIKELY,
    variant="group"),
    *identity(
        "NPI", npi, ("npi", "npi number", "npi no", "national provider", "national provider identifier",
        "provider id", "provider number", "provider"),
        (DIGITS_10, ALONE),
    ),
    *identity(
        "DEA_NUMBER", dea, ("dea", "dea number", "dea no", "drug enforcement", "prescriber", "registration number"),
        (r"\b[ABCDEFGHJKLMPRSTUX][A-Z9]\d{7}\b", 40),
    ),
    *identity("DEVICE_ID", imei, ("imei", "imei number", "imei no", "device", "device id", "phone id", "handset"),
    (DIGITS_15, 40),
              (r"\b\d{2}[ \-]\d{6}[ \-]\d{6}[ \-]\d\b", LIKELY)),
    *identity("DEVICE_ID", luhn, ("iccid", "sim", "sim card", "sim number"), (r"\b89\d{16,18}\b", ALONE),
    variant="sim"),
    Rule(
        id="device-udi", kind="DEVICE_ID", score=CERTAIN, joined=True,
        pattern=r"\(01\)\d{14}(?:\((?:11|17|10|21)\)[A-Za-z0-9\-]{1,20}){0,4}",
    ),
    _labelled(
        "device-labelled",
        "DEVICE_ID",
        "serial number|serial no|serial|s/n|device id|device identifier|device serial|device serial number|deviceid"
        "|implant serial|udi"
        "|pacemaker serial|equipment id|android id|idfa|gaid|advertising id|hardware id|imei|meid|imsi|seriennummer"
        "|numéro de série|número de serie|numero di serie",
        rf"{_UUID}|(?-i:[A-Z]{{0,6}})[-# ]?[A-Za-z0-9]*\d[A-Za-z0-9]*(?:-[A-Za-z0-9]+){{0,5}}",
        least_digits=5,
    ),
    _labelled(
        "account",
        "ACCOUNT_NUMBER",
        "account number|account no|account num|account id|account|acct|acct number|acct no|a/c|a/c no|customer"
        " number|customer no"
        "|customer id|client number|client id|loan number|loan no|patient account|patient account number|billing"
        " account|account nbr"
        "|kunden nr|kdnr|kd\\.-?nr|vertrags nr|mitglieds nr"
        "|kundennummer|numéro de client|numéro client|número de cliente|codice cliente|numero cliente|klantnummer"
        "|loyalty number|loyalty no|loyalty id|loyalty card|rewards number|rewards id|frequent flyer|miles number"
        "|customer #|customer#|client #|client no|utility account|contract number|contract no|subscription number"
        "|mitgliedsnummer|numéro de membre|número de socio|nº de socio|lidnummer|vertragskonto|vertragsnummer"
        "|numéro de contrat|número de contrato|numero contratto|contractnummer"
        "|numer klienta|nr klienta|numer umowy|kundnummer|kundenr|asiakasnumero|número do cliente|nº cliente"
        "|会員番号|顧客番号|お客様番号|契約番号|客户号",
        r"[A-Za-z]{0,4}[-# ]?\d(?:[ -]?[A-Za-z0-9]*\d[A-Za-z0-9]*){2,8}",
        least_digits=6,
    ),
    _labelled(
        "certificate",
        "CERTIFICATE_NUMBER",
        "certificate number|certificate no|certificate id|cert number|cert no|certification number|birth"
        " certificate|birth certificate number|death certificate"
        "|death certificate number|marriage certificate|license number|licence number|license no|licence no|medical"
        " license|medical licence"
        "|nursing license|professional license|state license|license id|permit number|permit no|registration number"
        "|registration no",
        _CODE,
    ),
    _labelled(
        "biometric",
        "BIOMETRIC",
        "biometric id|biometric identifier|biometric template|biometric hash|biometric|fingerprint id|fingerprint"
        " template|fingerprint scan|voiceprint|voiceprint id|voice print"
        "|faceprint|faceprint id|face id template|face template|facial recognition id|retina scan|retinal scan"
        "|retina scan id|iris scan|iris scan id|iris code|iris template|palm print|palm print id|dna profile|dna"
        " sample|genetic profile",
        ALNUM,
    ),
)  # fmt: skip
