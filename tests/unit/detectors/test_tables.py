"""Tables in text: what their headings say of the cells below, whole or in pieces, and what no heading says."""

from __future__ import annotations

from random import Random

import pytest
from support.marked_texts import unmarked
from support.streamed_texts import cut, differs, streamed

from keeptrusts.gateway.detectors import tables
from keeptrusts.gateway.detectors.families.personal import rules_of_kinds
from keeptrusts.gateway.detectors.families.secrets import secret_rules
from keeptrusts.gateway.detectors.look import look, looking, seen
from keeptrusts.gateway.detectors.openings import Openings
from keeptrusts.gateway.detectors.scanner import Scanner
from keeptrusts.gateway.detectors.tables import table_of
from keeptrusts.schemas.policy_document.kinds.entities import CIRCUMSTANCES, ENTITIES

SEED = 20_250_311
FOUND = [
    "name,email\n[[PERSON:Oriane Quillfeather]],[[EMAIL:oq@acme.io]]\n[[PERSON:Thabo Mnisi]],[[EMAIL:tm@acme.io]]\n",
    "id;Vorname;Nachname\n1;[[PERSON:Ottokar]];[[PERSON:Przybylla]]\n2;[[PERSON:Meinrad]];[[PERSON:Zwill]]",
    "employee_id\temployee_name\nE-1\t[[PERSON:Deqa Warsame]]\nE-2\t[[PERSON:Lwazi Mthembeni]]",
    "| Name | Role |\n|------|------|\n| [[PERSON:Zuberi Okwonga]] | Porter |\n| [[PERSON:Ilmari Vanhanen]] | Cook |",
    "Patient | Ward\n--- | ---\n[[PERSON:Ambra Tillotsen]] | 4B\n",
    '"Full Name","City"\n"[[PERSON:Fenno Urquhart-Bligh]]","Ayr, Scotland"\n',
    "Here they are: first_name,last_name\n[[PERSON:Kaveh]],[[PERSON:Dehlavi]]\n\nBye,\n",
    "id,dob\n1,[[DATE_OF_BIRTH:1990-04-11]]\n2,[[DATE_OF_BIRTH:1987-11-30]]\n3,[[DATE_OF_BIRTH:1961-01-02]]",
    "account_no,balance\n[[ACCOUNT_NUMBER:88120441]],400.10\n[[ACCOUNT_NUMBER:88120449]],12.00",
    "vehicle_reg,model\n[[LICENSE_PLATE:EK17 ZPO]],Astra\n[[LICENSE_PLATE:LR09 GTY]],Corsa",
    "mrn,ward\n[[MEDICAL_RECORD_NUMBER:5520193]],7A\n[[MEDICAL_RECORD_NUMBER:5520871]],7A",
    "user,password\nbob,[[PASSWORD:Zx9!kfae2QT]]\neve,[[PASSWORD:mK2#qpw9x7a]]",
    "first_name,last_name,city\r\n[[PERSON:Mirela]],[[PERSON:Stoican]],Reno\r\n[[PERSON:Anh]],[[PERSON:Thach]],Omaha\r\n",
    "order,customer,note\n1,[[PERSON:Dorotea Wachowiak]],\n2,too,many,signs\n3,[[PERSON:Ndidi Ekwueme]],late",
    "INSERT INTO staff (id, full_name, mail) VALUES (4, '[[PERSON:Oriane Quillfeather]]', '[[EMAIL:oq@acme.io]]'),"
    " (5, '[[PERSON:Thabo Mnisi]]', NULL);\nSELECT 1;",
    "insert into crm.`people` (`first_name`, `last_name`, note)\nvalues\n  ('[[PERSON:Deqa]]', '[[PERSON:Warsame]]',"
    " 'late, (twice)'),\n  ('[[PERSON:Lwazi]]', '[[PERSON:Mthembeni]]', 'it''s ok');\n",
    "INSERT INTO p (mrn, dob, seen) VALUES (N'[[MEDICAL_RECORD_NUMBER:5520193]]', '[[DATE_OF_BIRTH:1990-04-11]]', f())",
]  # fmt: skip
NOTHING = [
    "INSERT INTO products (name, color) VALUES ('Walnut Desk', 'navy'), ('Oak Shelf', 'sand');",
    "INSERT INTO users (name, email) SELECT a, b FROM old_users;",
    "INSERT INTO users (name, email) VALUES (?, ?), (:name, :email);",
    "Insert into the form (name, email) values that you know.",
    "INSERT INTO staff (first_name, last_name) VALUES ('only one');",
    "name,price,stock\nWalnut Desk,249.00,12\nOak Shelf,89.50,40",
    "event_name,location\nSpring Gala,Town Hall\nFood Drive,City Park",
    "name,version,license\nApache Kafka,3.7.0,Apache-2.0\n",
    "| Name | Default |\n|---|---|\n| Retry Limit | 3 |\n| Idle Timeout | 30s |",
    "name,breed\nGolden Retriever,dog\nMaine Coon,cat",
    "team,points\nReal Madrid,88\nAston Villa,61",
    "We ask for name, email and address.\nBlue Ridge, Red River and Green Bay.",
    "name,email\n\nBlue Ridge, Green Bay",
    "account_type,limit\nsavings,40000\nchecking,500",
    "user,event\nu_4481,Page View\nu_4482,Page View",
]  # fmt: skip


@pytest.fixture(scope="module")
def scanner() -> Scanner:
    return looking((*rules_of_kinds(ENTITIES - CIRCUMSTANCES), *secret_rules()))


@pytest.fixture(scope="module")
def openings(scanner: Scanner) -> Openings:
    return Openings(scanner)


@pytest.mark.parametrize("marked", FOUND)
def test_cells_are_what_the_heading_of_their_column_says(scanner: Scanner, marked: str) -> None:
    text, expected = unmarked(marked)
    assert [(one.kind, text[one.start : one.end], one.start) for one in look(scanner, text)] == expected


@pytest.mark.parametrize("text", NOTHING)
def test_a_table_of_things_and_lines_that_are_no_table_have_nothing(scanner: Scanner, text: str) -> None:
    assert look(scanner, text) == []


def test_a_table_is_read_however_it_is_cut(scanner: Scanner, openings: Openings) -> None:
    random = Random(SEED)
    for marked in (*FOUND, *NOTHING):
        text = unmarked(marked)[0]
        for whole in (text, f"See below.\n\n{text}\n\nThat is all."):
            assert (how := differs(scanner, openings, cut(random, whole))) is None, how
            assert (how := differs(scanner, openings, list(whole))) is None, how


def test_the_heading_of_a_long_table_is_not_forgotten_in_a_stream(scanner: Scanner, openings: Openings) -> None:
    rows = "".join(f"{number},Ilmari Vanhanen,1990-04-{number % 28 + 1:02}\n" for number in range(200))
    sent, held = streamed(scanner, openings, cut(Random(SEED), f"id,patient,dob\n{rows}"))
    assert "Ilmari" not in sent and sent.count("[PERSON]") == sent.count("[DATE_OF_BIRTH]") == 200
    assert held < 128


def test_a_line_is_read_once_however_many_words_say_that_it_is_a_heading(
    scanner: Scanner, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    monkeypatch.setattr(tables, "table_of", read.append)
    seen(scanner, ("name," * 400 + "\n") * 4 + "and below")
    assert len(read) == 4


def test_a_table_in_a_string_of_json_is_read(scanner: Scanner) -> None:
    text = '{"csv": "name,email\\nOriane Quillfeather,oq@acme.io\\n"}'
    assert ("PERSON", "Oriane Quillfeather") in [(one.kind, text[one.start : one.end]) for one in look(scanner, text)]


def test_a_table_with_hidden_characters_is_read(scanner: Scanner) -> None:
    text = "na\u200bme,email\nOri\u200bane Quillfeather,\u200boq@acme.io\n"
    found = [(one.kind, text[one.start : one.end]) for one in seen(scanner, text)]
    assert ("PERSON", "Ori\u200bane Quillfeather") in found


@pytest.mark.parametrize(
    "line",
    ["name", "a,b", "Dear Ann, my name, as you know, is long and this is a sentence.", ",".join(["name"] * 65)],
)
def test_what_is_no_heading(line: str) -> None:
    assert table_of(line) is None
