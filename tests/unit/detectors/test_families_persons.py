"""Names nobody would know for one: behind what declares, answers or relates them; and names of things."""

from __future__ import annotations

import pytest
from support.marked_texts import found, unmarked

FOUND = [
    "Je soussignée [[PERSON:Enora Kermarrec]], demeurant à Brest",
    "Il sottoscritto [[PERSON:Fulgenzio Barbarigo]] dichiara",
    "Ondergetekende, [[PERSON:Wobbe Hiemstra]], verklaart",
    "Niżej podpisany [[PERSON:Gniewko Zarzycki]] oświadcza",
    "Yo, [[PERSON:Zuriñe Mendizabal]], con domicilio en Irun",
    "I, [[PERSON:Oyinkan Adefarasin]], hereby declare",
    "This is to certify that [[PERSON:Lesedi Motaung]] worked here",
    "Agent: May I have your full name please?\nCaller: Sure, it's [[PERSON:Evadne Oyekunle]].\n",
    "Who am I speaking to? Caller: [[PERSON:Ignatius Mwamba]].",
    "i'm [[PERSON:Kasper Lindqvister]], the lamp never came",
    "approved by [[PERSON:Radmila Stojkovska]].",
    "The plaintiff spoke. The tenant, [[PERSON:Ljupka Arsovska]], did not",
    "her daughter [[PERSON:Nomathemba Zungu]] drove",
    "Patient [[PERSON:Leontyna Abarah]] was seen at noon",
    "Huurder: [[PERSON:Gerlof Oosterbaan]], Zwolle",
    "Spouse's name: [[PERSON:Tryphena Galanis]]\n",
    "entre [[PERSON:Eneko Arrizabala]], DNI 4",
    "met [[PERSON:Perpetua Nakalembe]] (born in Gulu)",
    "Chère Madame [[PERSON:Le Floc'h]],",
    "Mr [[PERSON:Van Aalst]] called",
    'Author: [[PERSON:Yrjänä Koskela]] <[[EMAIL:y.koskela@kaleva.fi]]>',
    "git log: [[PERSON:Yrjänä Koskela]] <[[EMAIL:y.koskela@kaleva.fi]]>",
    "Lieve mevrouw [[PERSON:Dijkgraaf]], dank u",
    "Gentile dott.ssa [[PERSON:Quattrocchi]], La ringrazio",
    "Estimada señorita [[PERSON:Zubizarreta]]:",
    "Lieutenant [[PERSON:Ruzhkova]] signed for it",
    "the nephew, [[PERSON:Tancrède Ouellet]], came later",
    "our accountant [[PERSON:Oddny Skarphed]] has them",
    "sa voisine [[PERSON:Perrine Quéméneur]] a vu",
    "Witnessed by: [[PERSON:Basilio Ferrantini]]\n",
    "Case worker: [[PERSON:Uzoamaka Eze]]\n",
    "Claimant(s): [[PERSON:Tobiah Wrexley]]\n",
    "Surname (as in passport): [[PERSON:Vandersloot]]\n",
    "Name of insured ...... [[PERSON:Orsolya Tarnai]]\n",
    "Attendees: [[PERSON:Ilka Brandvold, Dorcas Mbeki-Hale (minutes) and Teo Ruiz]]\n",
    '"passengers": ["[[PERSON:Ksawery Dudek", "Ottavia Sforzini]]"]',
]  # fmt: skip
NOTHING = [
    "The Jim Beam bottle and the Ralph Lauren coat",
    "the Anna Lindh prize went to them",
    "They flew from San Jose to Sri Lanka",
    "Victoria Falls and Robben Island are far apart",
    "Attendees: Platform Team, Security and Legal",
    "Present: none\n",
    "cc: Accounts Payable, Human Resources\n",
    "Approver: Platform Team\n",
    "Name (optional): ______",
    "the witness Protection Program",
    "Names ... are hard",
    "a signora from Bari, a señora from León",
    '{"name": "Blue Mountain Coffee", "price": 12.5}',
    "- name: Configure Nginx\n  template: src=nginx.conf.j2",
    "- name: Check Formatting\n  run: make fmt",
    '{"city": {"name": "Puerto Vallarta"}}',
    '{"product": {"name": "Trail Runner"}}',
    "Product name: Walnut Desk\n",
    "event_name=Spring Gala\n",
    "hospital name: Saint Elsewhere\n",
    "the customer Success Team meets on Mondays",
    "Customer Success Stories are on the site",
    "Client Side Rendering was slow",
    "Patient Safety Week is in May",
    "the employee Handbook is online",
    "I am Not Sure.",
    "approved by Legal and Finance.",
    "This is to certify that all items were sent",
    "I, for one, like it",
    "What is its name? Answer: none.",
    "May I have your name? Sure.",
    "our partner Acme Widgets Inc is closed",
    "Basic Auth, aged badly",
]


@pytest.mark.parametrize("marked", FOUND)
def test_a_name_is_found(marked: str) -> None:
    text, expected = unmarked(marked)
    assert [one for one in found(text) if one[0] in ("PERSON", "EMAIL")] == expected


@pytest.mark.parametrize("text", NOTHING)
def test_what_is_nobody_s_name(text: str) -> None:
    assert [one for one in found(text) if one[0] == "PERSON"] == []
