"""Names that the part gives away which somebody plays, names written surname first, and things called like people."""

from __future__ import annotations

import pytest
from support.marked_texts import found, unmarked

FOUND = [
    "The pilot, [[PERSON:Ludomir Kaczorek]], climbed out.",
    "according to the engineer [[PERSON:Nyasha Dzvova]] it holds",
    "we heard the coach [[PERSON:Eskil Brandanger]] shouting",
    "our CFO, [[PERSON:Yordanka Peeva]], agreed",
    "le conducteur [[PERSON:Ewen Le Goaziou]] a freiné",
    "la alumna [[PERSON:Zuriñe Gorostiza]] aprobó",
    "de bestuurder [[PERSON:Sietske Tjaarda]] remde",
    "My dentist is [[PERSON:Ilmari Haverinen]], on the corner.",
    "the landlady was called [[PERSON:Eudoxie Vauquelin]] and lived above",
    "Sister [[PERSON:Ottla]] phoned at nine and was told",
    "Husband [[PERSON:Thurstan]] at bedside, questions answered",
    "Pt [[PERSON:Quisling]] denies chest pain",
    "pt. [[PERSON:Ozolina]] was seen on the ward",
    "Hello, this is [[PERSON:Iphigenia]], how can I help you today?",
    "Agent: you're chatting with [[PERSON:Zebedee]]. What can I do for you?",
    "Patient: [[PERSON:Haverstock, Ludovica]]\nSex: F",
    "Referring physician: [[PERSON:Szczygiel, Bożydar]]  Fax: none",
    "Last, First: [[PERSON:Okonkwo-Hale, Uzo]]\n",
    "Name: [[PERSON:Ravensbourne, Thyrza]]  Ward: 6",
    "Employee: [[PERSON:VANTERPOOL, ISHBEL K]]\nPhone: none",
    "on call: [[PERSON:Anna Weber]] (Berlin), [[PERSON:Ndifreke Umoh]] (Lagos) and others",
    "Provider [[PERSON:Achterberg, Roos]] RN gave it",
    "1. [[PERSON:OKEREKE/IFUNANYA]] MRS   2. [[PERSON:VAN DYK/PIETER]] MR",
    "Passenger: [[PERSON:ZWINGLI/REGULA ANNA]]\nSeat 4F",
    "<fullName>[[PERSON:Wilibald Trnka]]</fullName>",
    "Hospitalist: [[PERSON:Obiageli Sturrock]]\n",
    "Voornamen: [[PERSON:Tjitske Wiepkje]]\n",
    "there's a mr [[PERSON:Ashgrove]] at the door, and mrs [[PERSON:Tidemand]] too",
    "from dr. [[PERSON:Querido]] about it",
    "Dña. [[PERSON:Casilda Urdangarín]] no ha venido",
    "wir trafen frau [[PERSON:Hinterseer]] dort",
    "a note for the parents of [[PERSON:Caoilfhionn Devane]].",
    "[[PERSON:Tarkan Özbilgin]], DOB 4 unknown",
    "patient [[PERSON:A. Winterbourne]] (DOB not known) left",
    "Herr Univ.-Prof. Dr. med. [[PERSON:Ortwin Haslacher]] operiert",
    "Frau Dipl.-Psych. [[PERSON:Gerlinde Moosbrugger]] leitet",
    "hi [[PERSON:Ffion]], the parcel came",
    "Jmenuji se [[PERSON:Ctibor Hlaváč]].",
    "Меня зовут [[PERSON:Евдокия Зырянова]].",
    "Ονομάζομαι [[PERSON:Θάλεια Μπούρα]].",
    "Benim adım [[PERSON:Nurhayat Tekindağ]].",
    "Tot dan!\n\nGroet,\n[[PERSON:Siebren]]\n",
    "[[PERSON:Wenceslas Ortolan]]\n[[ADDRESS:61 Juniper Terrace]]\nYork",
    "Bill to\n  [[PERSON:Ingvild Sætre]],\n  [[ADDRESS:4 rue Monge, 75005 Paris]]\n",
    "Pupils: [[PERSON:Oisín Tracey, Wren Achebe]]\n",
]
NOTHING = [
    "the user Interface Guidelines say so",
    "every student Accommodation Office is shut",
    "The driver Updates and Firmware section",
    "a passenger Information System failed",
    "our analyst Relations page",
    "the designer Handbag Collection",
    "My boss is Very Angry Today about it",
    "the caller is On Hold.",
    "Mother Nature called, Father Time did not",
    "Sister Act was shown",
    "PT Bank Mandiri was founded in Jakarta",
    "Pt was measured, Pd was not",
    "a gram of Pt Black powder",
    "Name: Basic, Advanced\nKind: plan",
    "Name: Blue, Large\nPrice: 12",
    "Author: Platform, Security\n",
    "Provider: Cardiology, Neurology\n",
    "Regions: Paris (France), Berlin (Germany), Rome (Italy)",
    "Roles: Owner (write), Viewer (read), Guest Editor (write)",
    "AND/OR MR scans, CT/MRI MR images",
    "INPUT/OUTPUT MS-DOS",
    "Passengers: 12\nGuests: Breakfast included",
    "this is Important. How can it be?",
    "This is Postgres. How can I tune it?",
    "merge the mr Tomorrow, it is mr number 12",
    "Silver Spring MD 20910",
    "George Brown Square and Willy Brandt Platz are squares",
    "the Martin Luther King Jr. Boulevard is closed",
    "We were audited by Grant Thornton, then by Robert Half",
    "a Jack Russell barked at Ben Nevis",
    "Max Height: 20, Max Retries: 5 and Max Connections: 9",
    "a bottle of Don Julio, a day at Madame Tussauds",
    "George Brown Park and the Mary Jones Room",
    "Release Notes\n12 Fixed Bugs and 4 Known Ones",
    "Open House\n14 Elm Street at noon",
    "see Table E. Coli is a germ",
    "the Nurse Practitioner and the Judge Advocate",
    "a passenger Terminal B and the user Group C",
    "groet de buren, gruss an alle",
    "Present: (Berlin), Later Today (Paris)",
]


@pytest.mark.parametrize("marked", FOUND)
def test_a_name_is_found(marked: str) -> None:
    text, expected = unmarked(marked)
    assert [one for one in found(text) if one[0] in ("PERSON", "ADDRESS")] == expected


@pytest.mark.parametrize("text", NOTHING)
def test_what_is_nobody_s_name(text: str) -> None:
    assert [one for one in found(text) if one[0] == "PERSON"] == []
