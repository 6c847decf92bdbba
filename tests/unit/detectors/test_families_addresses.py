"""Addresses behind their label, in sentences, and before the code of a town; and what is said of places otherwise."""

from __future__ import annotations

import pytest
from support.marked_texts import found, unmarked

FOUND = [
    "Address: [[ADDRESS:Thistle Lodge, Kirk Lane, Auldearn]]\nPhone: none",
    "Postal address: [[ADDRESS:The Granary, Home Farm, Wenlock, TF13 6LQ]]",
    '{"home_address": "[[ADDRESS:40 Larkhill Bank, Bath]]", "n": 1}',
    "address_line_1=[[ADDRESS:9 Skerry View]]\n",
    "Anschrift: [[ADDRESS:Auf der Heide 12, 29614 Soltau]]\n",
    "Adresse : [[ADDRESS:lieu-dit Kerlouan, 29890 Brignogan]]\n",
    "Dirección: [[ADDRESS:Urbanización La Loma, portal 2, 3ºA, 29640 Fuengirola]]",
    "Indirizzo: [[ADDRESS:Contrada Fontanelle 7, 62010 Treia]]",
    "Endereço: [[ADDRESS:Quadra 8, Lote 3, Setor Oeste, Goiânia]]",
    "Adres: [[ADDRESS:Kolonia Stara 41, 23-400 Biłgoraj]]",
    "住所：[[ADDRESS:京都市左京区下鴨宮崎町二丁目4番地の9]]\n",
    "in [[ADDRESS:東京都台東区谷中三丁目8番2号]]",
    "She lives at [[ADDRESS:7 Brackla Cottages]], near the dam.",
    "please deliver it to [[ADDRESS:18 Jalan Ampang Hilir, 55000 Kuala Lumpur]].",
    "wohnhaft [[ADDRESS:Vor dem Tore 3, 21335 Lüneburg]], geboren",
    "beim Verein, [[ADDRESS:Nedre Bakklandet 58C, 7014 Trondheim]].",
    "from [[ADDRESS:4120 N County Rd 9]] on",
    "he was at [[ADDRESS:733 e 51st st apt 4]] then",
    "zona [[ADDRESS:Av. Universidad 940, Col. Santa Cruz Atoyac, 03310 Ciudad de México]].",
    "em [[ADDRESS:Rua do Lavradio, 71, Centro, Rio de Janeiro - RJ, 20230-070]]",
    "przy [[ADDRESS:ul. Krótkiej 14 m. 3, 90-001 Łódź]] od maja",
    "in der [[ADDRESS:Landstraßer Straße 12/4/31, 1030 Wien]]",
    "au [[ADDRESS:415 boul. Charest Est, bureau 12, Québec (Québec) G1K 3J3]]",
    "on the [[ADDRESS:8 Forge Lane, Wool, Wareham BH20 6DT]] side",
    "Address [[ADDRESS:22/7, 2nd Main, Indiranagar, Bengaluru 560038]]",
    "| home address [[ADDRESS:9 Pilton Bank, Leith]]",
    "[[ADDRESS:Rua Frei Caneca 88 sala 12 - Consolação - São Paulo/SP]]",
    "[[ADDRESS:Rua Sete de Setembro, 410, apto 3 - Centro - Blumenau - SC]], Brasil",
    "[[ADDRESS:Bartók Béla utca 9., 1114 Budapest]]",
    "på [[ADDRESS:Nygatan 21, lgh 1104, 903 27 Umeå]] sedan maj",
    "to [[ADDRESS:14 Tanjong Place, #08-112]] now",
    "at [[ADDRESS:Hämeentie 15 C, 00500 Helsinki]] now",
    "em [[ADDRESS:Rua Augusta, 2204, apto 51, Campinas]] e depois",
    "au [[ADDRESS:14 rue Voltaire, Nanterre]] et y reste",
    "from [[ADDRESS:3 Tollgate Bank, Ludlow SY8 1QX]] to",
    "at [[ADDRESS:Brook Farm, Nether Wallop, Stockbridge SO20 8ET]].",
    "in [[ADDRESS:Austurvegur 31]] og víðar",
    "on [[ADDRESS:Plot 19 Acacia Road]] there",
    "we live at [[ADDRESS:Ivy Cottage, Mill Lane, Great Tew]].",
    "is [[ADDRESS:71 Larch Road, Kettering]], is it not?",
    "Delivery: [[ADDRESS:Ross House, Ballyferriter, Co. Kerry, V92 K6T1]]\n",
]
NOTHING = [
    "Delivery: Tuesday, 14 March\n",
    "Property: Floor 3, Room 12 and the Hall",
    "Residence: permanent, since 2019",
    "Address: see below",
    "address: 0x7ffe4481",
    "address = localhost",
    "address: 10.0.0.0/8 and the like",
    "Please address: the late reply, the missing page, and the tone",
    "address: Platform Team",
    '"address": {"type": "string"}',
    "Street: required",
    "We moved to Version 3 of the API",
    "He moved to New York, then to Boston.",
    "Ship to Production on 14 March, 2024 Release",
    "They live in Building Blocks",
    "The Lancashire Fusiliers, Manchester United and B52 4XB",
    "part A1 2BC, part 4 Red Box, Blue Box A1 2BC of it",
    "They shut 8 Mile Road in June, and 21 Jump Street was shown",
    "The meeting of June 4, 2015 Boston",
    "see Table 4, 2019 Edition",
    "Auf Platz 4 landete Bonn, auf Platz 5 Trier.",
    "Der Weg 2 ist länger als Weg 3.",
    "send it to 3 people",
    "delivered to Gate B12, Terminal 2",
    "adresse: keine",
    "address 3 open issues in Build 4",
    "the address 10.20.30.40 Gateway One",
    "Katie 4 and Auntie 7 came along",
]


@pytest.mark.parametrize("marked", FOUND)
def test_an_address_is_found(marked: str) -> None:
    text, expected = unmarked(marked)
    assert [one for one in found(text) if one[0] in ("ADDRESS", "PERSON")] == expected


@pytest.mark.parametrize("text", NOTHING)
def test_what_is_no_address(text: str) -> None:
    assert [one for one in found(text) if one[0] == "ADDRESS"] == []
