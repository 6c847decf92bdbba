"""Numbers and days beside labels as letters, forms, calls and clinics write them; and words that look like a label."""

from __future__ import annotations

import pytest
from support.marked_texts import found, unmarked

FOUND = [
    "Member no: [[HEALTH_PLAN_NUMBER:W310 220 771]]\n",
    "insured with Orla, policy [[HEALTH_PLAN_NUMBER:R220 118 904]]",
    "Mutuelle : [[HEALTH_PLAN_NUMBER:07 311 442 091]]",
    "nº de afiliado [[HEALTH_PLAN_NUMBER:28/20331908/41]]",
    "carteirinha do plano: [[HEALTH_PLAN_NUMBER:7 120 448012]]",
    "Pt ID: [[MEDICAL_RECORD_NUMBER:PT-771204]]",
    "UR number [[MEDICAL_RECORD_NUMBER:7712044]]",
    "patiëntnummer: [[MEDICAL_RECORD_NUMBER:5512098]]",
    "cartella clinica n. [[MEDICAL_RECORD_NUMBER:2025/88120]]",
    "Reisepass: [[PASSPORT:C5NYL8KT3]]",
    "Agent: the passport number please?\nCaller: it's [[PASSPORT:512 883 104]].",
    "Agent: and your driving licence number? Customer: [[DRIVER_LICENSE:H204488120]]",
    "Quebec licence [[DRIVER_LICENSE:T4412-20818-90412]]",
    "his dl is [[DRIVER_LICENSE:B255-812-70-219-0]]",
    "permis : [[DRIVER_LICENSE:970344108812]]",
    "immatriculée [[LICENSE_PLATE:GH 204 QR]]",
    "placa do carro: [[LICENSE_PLATE:QWX4F27]]",
    "gaadi number [[LICENSE_PLATE:UP 16 BT 2081]]",
    "[[LICENSE_PLATE:横浜 300 さ 45-67]]の車",
    "口座番号 普通 [[BANK_ACCOUNT:3318204]]",
    "social: [[US_SSN:219 - 09 - 9999]]",
    "the card is [[CREDIT_CARD:4111, 1111, 1111, 1111]]",
    "my number is [[PHONE:4 1 5, 5 5 5, 2 6 7 1]]",
    "nr telefonu: [[PHONE:22 318 40 71]]",
    "cel. [[PHONE:55 3318 4071]]",
    "D.O.B. [[DATE_OF_BIRTH:19-SEP-1987]]",
    "née en [[DATE_OF_BIRTH:avril 1969]]",
    "nato a Udine il [[DATE_OF_BIRTH:1° marzo 1958]]",
    "janm tithi: [[DATE_OF_BIRTH:02/09/1981]]",
    "born the [[DATE_OF_BIRTH:second of June nineteen sixty-four]]",
    "born the [[DATE_OF_BIRTH:third of May, 1971]]",
    "Geboren: [[DATE_OF_BIRTH:3.VII.1948]]",
    "DOB (dd/mm/yyyy): [[DATE_OF_BIRTH:17 / 02 / 1983]]",
    "Chart # [[MEDICAL_RECORD_NUMBER:552017]]",
    "Loyalty number [[ACCOUNT_NUMBER:LX 4471 9902]]",
    "nr klienta: [[ACCOUNT_NUMBER:88120417]]",
    "お客様番号：[[ACCOUNT_NUMBER:4471-0092-13]]",
    "IMEI [[DEVICE_ID:49 015420 323751 8]]",
    "passport # [[PASSPORT:K 2208 114]]",
    "type=passport doc_number=[[PASSPORT:N55201874]]",
    '{"passport": {"number": "[[PASSPORT:N55201874]]"}}',
    "nr dowodu: [[NATIONAL_ID:ZZC 552018]]",
    "Vehicle no. [[LICENSE_PLATE:HR 26C KL 2081]]",
    "Tel. [[PHONE:040 / 55 20 18-74]]",
]
NOTHING = [
    "the third of May, 1971 edition",
    "chapter 3.VII.1948",
    "Chart # required",
    "loyalty: no 1 in town",
    '{"passport": {"required": true, "number": null}}',
    "dowód zakupu 552018",
    "3 / 10 / 2000 units",
    "the passport office opens at 9",
    "passport: required",
    "Group 12 won; policy 44 covers leave",
    "group 4 of 12",
    "permis de construire n° 12",
    "member since 2019",
    "matrícula abierta",
    "6 of 1, 2 of the other, 3 4 5 6 7 8 9 10",
    "Table 3, 1 2 3 4 5 6 7 8 9",
    "in april 1969 they met",
    "12 APR notices",
    "the second of June nineteen boats left",
    "URN: urn:isbn:0451450523",
    "the licence A1234-B",
]


@pytest.mark.parametrize("marked", FOUND)
def test_a_value_is_found_beside_its_label(marked: str) -> None:
    text, expected = unmarked(marked)
    assert [one for one in found(text) if one[0] not in ("DATE", "PERSON")] == expected


@pytest.mark.parametrize("text", NOTHING)
def test_what_is_beside_a_word_that_is_no_label(text: str) -> None:
    assert [one for one in found(text) if one[0] not in ("DATE", "URL")] == []
