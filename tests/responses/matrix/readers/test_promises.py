"""Deadlines and responsible units inside the sentence of an action."""

from datetime import date

import pytest

from responses.matrix.readers.promises import read

ISSUED = date(2031, 5, 3)


@pytest.mark.parametrize(
    ("text", "deadline"),
    [
        ("Buy lamps (2032)", "2032"),
        ("Buy lamps (2031/2032).", "2031/2032"),
        ("Buy lamps with partners (SBP) 2031 – 2034)", "2031 – 2034"),
        ("Buy lamps 2031 - 2034", "2031 - 2034"),
        ("Buy lamps 2031 - 2034.", "2031 - 2034"),
        ("Buy lamps (2031 subject to availability of funds). It goes with action 3.",
         "2031 subject to availability of funds"),
        ("Buy lamps (2031). If money is short, buy ten. The store goes on looking.", "2031"),
        ("Buy lamps. (2031 – 2034)", "2031 – 2034"),
        ("Buy lamps by June 2032.", "by June 2032"),
        ("Buy lamps – Q2 2032", "Q2 2032"),
        ("Buy lamps, ongoing", "ongoing"),
        ("Buy lamps in March 2032", "in March 2032"),
        ("Buy lamps. Deadline: June 2032. Responsible: Store", "June 2032"),
        ("Acheter des lampes (d’ici juin 2032)", "d’ici juin 2032"),
        ("Acheter des lampes avant fin 2032", "avant fin 2032"),
        ("Acheter des lampes. Échéance : mars 2032 ; Responsable : le magasin", "mars 2032"),
        ("Comprar lámparas (a más tardar en diciembre de 2032)", "a más tardar en diciembre de 2032"),
        ("Comprar lámparas antes de diciembre de 2032.", "antes de diciembre de 2032"),
    ],
)  # fmt: skip
def test_a_deadline_in_the_sentence(text: str, deadline: str):
    assert read(text, issued=ISSUED).deadline == deadline


@pytest.mark.parametrize(
    "text",
    [
        "Report on the wreck of 2029",
        "Finish the plan begun in 2029.",
        "Review the guidelines (2019) and the manual (IN/285)",
        "Roll out the Strategy 2040",
        "Implement the 2040 Agenda",
        "Train staff (RSCU) in 2 countries",
    ],
)
def test_other_years_are_no_deadlines(text: str):
    assert read(text, issued=ISSUED).deadline == ""


@pytest.mark.parametrize(
    ("text", "deadline", "who"),
    [
        ("Buy lamps (Store Unit, by June 2032)", "by June 2032", "Store Unit"),
        ("Buy lamps by June 2032 (Store Unit).", "by June 2032", "Store Unit"),
        ("Acheter des lampes – 30 juin 2032 – Unité technique", "30 juin 2032", "Unité technique"),
        ("Buy lamps by June 2032 (red ones).", "", ""),
        ("Buy lamps (by June 2032; Legal Unit and HR Department)", "by June 2032", "Legal Unit and HR Department"),
        ("Buy lamps (Responsible: Store; Deadline: Q1 2032)", "Q1 2032", "Store"),
        ("Elaborar una guía (segundo semestre de 2032, Unidad Jurídica)", "segundo semestre de 2032",
         "Unidad Jurídica"),
    ],
)  # fmt: skip
def test_who_stands_beside_when(text: str, deadline: str, who: str):
    promise = read(text, issued=ISSUED)
    assert (promise.deadline, promise.responsible) == (deadline, who)


def test_only_brackets_and_labels_are_certain():
    assert read("Buy lamps (2032)", issued=ISSUED).certain
    assert not read("Buy lamps by June 2032", issued=ISSUED).certain
