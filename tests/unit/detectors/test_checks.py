"""Check digits: what authorities and standards publish as good and bad, and that one changed digit is noticed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keeptrusts.gateway.detectors.checks import (
    africa,
    americas,
    asia,
    australia,
    cards,
    eastern_europe,
    iso7064,
    luhn,
    mod97,
    northern_europe,
    southern_europe,
    united_kingdom,
    united_states,
    vat,
    vehicles,
    verhoeff,
    western_europe,
)

Check = Callable[[str], bool]

PUBLISHED: list[tuple[Check, str, str]] = [
    (eastern_europe.czech_number, "736028/5163", "736028/5164 000000/0000 736028516"),
    (eastern_europe.hungarian_insurance, "123456788", "123456789 000000000"),
    (eastern_europe.croatian_oib, "94577403194 33392005961", "94577403195 00000000000"),
    (eastern_europe.romanian_cnp, "1800101221144", "1800101221145 1801301221144"),
    (eastern_europe.bulgarian_egn, "7501020018 7523169263", "7501020019 7513020018"),
    (eastern_europe.yugoslav_jmbg, "0101006500006", "0101006500007 3201006500006"),
    (eastern_europe.greek_afm, "090000045 094259216", "090000046 000000000"),
    (eastern_europe.turkish_number, "10000000146", "10000000147 00000000146"),
    (americas.curp, "BOXW310820HNERXN09", "BOXW310820HNERXN08 BOXW311320HNERXN09"),
    (americas.rfc, "VECJ880326XK4", "VECJ881326XK4"),
    (americas.rut, "12345678-5 12.345.678-5 76086428-5", "12345678-6 11.111.111-1"),
    (americas.cuit, "20-05536168-2 20055361682", "20-05536168-3 99-05536168-2"),
    (luhn.luhn, "79927398713 0000000000000000018", "79927398710 79927398711 0 00 1"),
    (luhn.imei, "490154203237518 49-015420-323751-8", "490154203237519 4901542032375 004401542032375"),
    (
        cards.card,
        "4111111111111111 4111-1111-1111-1111 5555555555554444 378282246310005 6011111111111117 30569309025904"
        " 3530111333300000 2223003122003222 4222222222222 6759649826438453",
        "4111111111111112 1234567812345670 0000000000000000 9999999999999995 411111111111111",
    ),
    (
        mod97.iban,
        "GB82WEST12345698765432 DE89370400440532013000 FR1420041010050500013M02606 NL91ABNA0417164300 NO9386011117947"
        " MT84MALT011000012345MTLCAST001S CH9300762011623852957 ES9121000418450200051332 gb82west12345698765432",
        "GB83WEST12345698765432 DE8937040044053201300 XX8937040044053201300 GBXXWEST12345698765432 GB",
    ),
    (united_states.ssn, "123-45-6789 078-05-1120 536221234", "000-12-3456 666-12-3456 900-12-3456 123-00-4567"),
    (united_states.itin, "900-70-0000 912-91-3457 999-88-1234", "123-70-1234 900-93-0000 900-66-0000 900-49-0000"),
    (united_states.ein, "12-3456789 91-1144442 58-2590328", "07-3456789 19-1144442 49-1234567 12-3333333"),
    (united_states.routing, "021000021 111000025 122105155 011401533", "021000022 123456789 987654321 000000000"),
    (united_states.npi, "1234567893 1245319599", "1234567890 3234567893 123456789"),
    (united_states.dea, "AB1234563 F91234563", "AB1234564 1B1234563 AB0000000"),
    (united_states.medicare_beneficiary, "1EG4-TE5-MK73 1EG4TE5MK72", "1SG4TE5MK73 0EG4TE5MK73 11G4TE5MK73 1EG4TE5MK7"),
    (united_kingdom.nino, "AB123456C AB-12-34-56-C ab123456d", "QQ123456C BG123456A AO123456A AB123456E DA123456A"),
    (united_kingdom.nhs, "9434765919 943-476-5919 4010232137", "9434765918 1234567890 0000000000"),
    (united_kingdom.utr, "1955839661", "1955839662 2955839661 0000000000 195583966"),
    (united_kingdom.pps, "6433435F 6433435OA 1234567FA", "6433435E 6433435FZ 643343F"),
    (
        western_europe.german_tax_id,
        "36574261809 86095742719 47036892816 65929970489 57549285017 25768131411",
        "36574261808 12345678901 11111111111 06574261809",
    ),
    (western_europe.german_card, "T220001293 C01X00T478 L01X00T471", "T220001294 A220001293 CFGHJKLMN0"),
    (western_europe.austrian_insurance, "1237010180 1237-010180", "2237010180 1237990180"),
    (western_europe.swiss_insurance, "756.9217.0769.85 7569217076985", "756.9217.0769.84 123.9217.0769.85"),
    (western_europe.french_nir, "295109912611193 253072B07300470 253072A07300443", "295109912611199 995109912611193"),
    (western_europe.belgian_number, "85.07.30-033.28 17073003384 93051822361", "85.07.30-033.29 85.13.30-033.28"),
    (western_europe.dutch_bsn, "111222333 1112.22.333 123456782", "111252333 123456789 000000000"),
    (southern_europe.italian_code, "RSSMRA85T10A562S RCCMNL83S18D969H", "RSSMRA85T10A562T RSSMRA85T80A562S"),
    (southern_europe.spanish_dni, "12345678Z 54362315-K", "12345678A 54362315Z 1234567Z"),
    (southern_europe.spanish_nie, "X2482300W X-1234567-L", "X2482300A A2482300W"),
    (southern_europe.portuguese_nif, "501964843 123456789", "501964842 012345678"),
    (northern_europe.swedish_number, "811228-9874 19811228-9874 880320-0016 701063-2391", "811228-9873 881320-0018"),
    (northern_europe.danish_cpr, "211062-5629 0707614285", "321062-5629 211362-5629 2110625"),
    (northern_europe.danish_cpr_checked, "211062-5629", "211062-5628"),
    (northern_europe.finnish_hetu, "131052-308T 131052a308t", "131052-308U 311152-308T 131052-3089"),
    (northern_europe.norwegian_number, "15108695088 151086-95088", "15108695077 45138695088"),
    (northern_europe.polish_pesel, "44051401359 02070803628", "44051401358 44131401359 00000000000"),
    (verhoeff.verhoeff, "2363 234123412346", "2364 234123412347"),
    (asia.aadhaar, "234123412346 2341-2341-2346", "234123412347 123412341234 222222222222"),
    (asia.pan, "AAPFU0939F ACUPA7085R", "AAPXU0939F AAP1U0939F ACUPA0000R"),
    (asia.gstin, "27AAPFU0939F1ZV", "27AAPFU0939F1ZO 00AAPFU0939F1ZV 27AAPFU0939F1Z"),
    (asia.my_number, "123456789018 1234-5678-9018", "123456789012 000000000000"),
    (asia.chinese_id, "11010519491231002X 440524188001010014", "110105194912310021 11010519491331002X"),
    (asia.korean_id, "971013-9019902", "971313-9019902 9710139019"),
    (asia.hong_kong_id, "A123456(3) G123456(A)", "A123456(4) 1234563 A12345(3)"),
    (africa.south_african_id, "8001015009087 800101-5009-087", "8001015009088 8013015009087 8001015009387"),
    (asia.singapore_nric, "S1234567D F1234567N M1234567K", "S1234567A X1234567D"),
    (americas.cpf, "529.982.247-25 39053344705", "529.982.247-26 111.111.111-11 5299822472"),
    (americas.cnpj, "16.727.230/0001-97 11222333000181", "16.727.230/0001-98 00000000000000"),
    (americas.sin, "046-454-286 130692544", "046-454-287 846454286 000000000"),
    (australia.tfn, "123456782 876-543-210", "123456789 000000000 12345"),
    (australia.abn, "51824753556 83-914-571-673", "51824753557 01824753556"),
    (australia.medicare, "2123456701 2123-45670-1", "2123456711 1123456701 2123456700"),
    (vehicles.vin, "1M8GDM9AXKP042788 1HGCM82633A004352 5gzcz43d13s812715", "1M8GDM9A1KP042788 1HGCM82633A00435"),
    (vehicles.vin_shape, "WVWZZZ1JZXW000001", "WVWZZZ1JZXW00000I WVWZZZ1JZXWABCDE"),
    (
        vat.vat,
        "ATU13585627 BE0428759497 DE136695976 DK13585628 EL094259216 ES54362315K ESA13585625 FI20774740 FR40303265045"
        " HR33392005961 HU12892312 IE6433435F IT00743110157 LU15027442 NL004495445B01 PL8567346215 PT501964843"
        " SE123456789701 SI50223054",
        "ATU13585626 BE0428759498 DE136695975 DK13585627 FR41303265045 IT00743110158 XX123456789 DE1 PL8567346216",
    ),
]  # fmt: skip
BROKEN = ("", " ", "é", "١٢٣٤٥٦٧٨٩", "12", "A", "-" * 40, "X" * 40, "9" * 40, "²³", "Ⅷ12345678")


def rows(valid: bool) -> list[tuple[Check, str]]:
    return [(check, one) for check, good, bad in PUBLISHED for one in (good if valid else bad).split()]


def name(check: object) -> str:
    return getattr(check, "__name__", str(check))


@pytest.mark.parametrize(("check", "text"), rows(True), ids=name)
def test_what_is_published_as_good_passes(check: Check, text: str) -> None:
    assert check(text)


@pytest.mark.parametrize(("check", "text"), rows(False), ids=name)
def test_what_is_published_as_bad_fails(check: Check, text: str) -> None:
    assert not check(text)


@pytest.mark.parametrize("check", [row[0] for row in PUBLISHED], ids=name)
def test_no_text_makes_a_check_raise(check: Check) -> None:
    for text in BROKEN:
        assert check(text) in (True, False)
        for good in ("44051401359", "RSSMRA85T10A562S", "131052-308T", "GB82WEST12345698765432"):
            assert check(text + good) in (True, False)


CATCHES_ONE_CHANGED_DIGIT: list[tuple[Check, str]] = [
    (luhn.luhn, "79927398713"),
    (mod97.iban, "DE89370400440532013000"),
    (united_states.routing, "021000021"),
    (united_states.npi, "1234567893"),
    (united_kingdom.nhs, "9434765919"),
    (western_europe.dutch_bsn, "123456782"),
    (western_europe.swiss_insurance, "7569217076985"),
    (southern_europe.spanish_dni, "12345678Z"),
    (northern_europe.finnish_hetu, "131052-308T"),
    (northern_europe.polish_pesel, "44051401359"),
    (verhoeff.verhoeff, "234123412346"),
    (asia.chinese_id, "110105194912310021"[:17] + "X"),
    (americas.sin, "046454286"),
    (australia.abn, "51824753556"),
]


@given(st.data())
@pytest.mark.parametrize(("check", "good"), CATCHES_ONE_CHANGED_DIGIT, ids=name)
def test_one_changed_digit_fails(check: Check, good: str, data: st.DataObject) -> None:
    places = [at for at, char in enumerate(good) if char.isdigit()]
    at = data.draw(st.sampled_from(places))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != good[at]]))
    assert check(good) and not check(good[:at] + other + good[at + 1 :])


@given(st.lists(st.integers(0, 9), min_size=2, max_size=20))
def test_mod_11_10_has_one_check_digit(numbers: list[int]) -> None:
    assert sum(iso7064.mod_11_10([*numbers, last]) for last in range(10)) == 1


@given(st.text(alphabet="0123456789ABCXYZabc -./", max_size=40))
def test_checks_never_raise(text: str) -> None:
    assert all(check(text) in (True, False) for check, _, _ in PUBLISHED)
