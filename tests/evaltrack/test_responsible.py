"""Responsible cells: which parties a text names."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaltrack.parties import Party
from evaltrack.responsible import read

REAL = ["seed000.matrix.json", "iom-2022-aap.matrix.json", "iom-matrix-crest.matrix.json"]


def parties(text: str, **options: object) -> list[str]:
    return [f"{party.role}: {party.name}" for party in read(text, **options)]


@pytest.mark.parametrize("name", REAL)
def test_every_cell_of_the_real_matrices(shared: Path, name: str):
    matrix = json.loads((shared / "cases" / name).read_text(encoding="utf-8"))
    cells = [
        row["responsible"]
        for recommendation in matrix["recommendations"]
        for row in (recommendation, *recommendation["actions"])
        if row["responsible"]
    ]
    assert len(cells) > 8
    for cell in cells:
        assert read(cell["text"]) == tuple(Party(**party) for party in cell["parties"]), cell["text"]


# What parts two names


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" ; , \n and ", []),
        ("Harbour unit", ["lead: Harbour unit"]),
        ("Harbour unit; Quay team", ["lead: Harbour unit", "lead: Quay team"]),
        ("Harbour unit / Quay team", ["lead: Harbour unit", "lead: Quay team"]),
        ("Harbour/quay team", ["lead: Harbour/quay team"]),
        ("• Harbour unit\n• Quay team\n\n", ["lead: Harbour unit", "lead: Quay team"]),
        ("1. Harbour unit\n2) Quay team", ["lead: Harbour unit", "lead: Quay team"]),
        ("Harbour unit,Quay team , Stores", ["lead: Harbour unit", "lead: Quay team", "lead: Stores"]),
        ("Harbour unit, Quay team, and Stores", ["lead: Harbour unit", "lead: Quay team", "lead: Stores"]),
        ("Quay, Stores and HR", ["lead: Quay", "lead: Stores", "lead: HR"]),
        ("Office 1,200", ["lead: Office 1,200"]),
        ("The harbour unit.", ["lead: The harbour unit"]),
        ("the harbour unit", ["lead: harbour unit"]),
        ("Fishers Co.", ["lead: Fishers Co."]),
        ("Harbour  unit\xa0North", ["lead: Harbour unit North"]),
        # an "and" between two names, and one within a name
        ("Quay manager and harbour unit", ["lead: Quay manager", "lead: harbour unit"]),
        ("Quay manager & harbour unit", ["lead: Quay manager", "lead: harbour unit"]),
        ("Tide and weather officer", ["lead: Tide and weather officer"]),
        ("Port and harbour units and pilot officer", ["lead: Port and harbour units", "lead: pilot officer"]),
        ("M&E officer", ["lead: M&E officer"]),
        ("ABC and DEF", ["lead: ABC", "lead: DEF"]),
        ("HARB ABC and DEF", ["lead: HARB ABC and DEF"]),
        ("ABC and Quay Units", ["lead: ABC and Quay Units"]),
        ("ABC and quay units", ["lead: ABC", "lead: quay units"]),
        ("Field and harbour offices", ["lead: Field and harbour offices"]),
        ("Head of Stores and Supply Unit", ["lead: Head of Stores and Supply Unit"]),
        ("Head of Unit and Supply Unit", ["lead: Head of Unit", "lead: Supply Unit"]),
        ("Head of Stores and Unit of Law", ["lead: Head of Stores", "lead: Unit of Law"]),
        ("Head of Stores and pilot officer", ["lead: Head of Stores", "lead: pilot officer"]),
        # a comma within a name
        ("M&E officer, Country Office Azania", ["lead: M&E officer, Country Office Azania"]),
        (
            "Pilot officer, Port Azure Office, Harbour master, HARB",
            ["lead: Pilot officer", "lead: Port Azure Office", "lead: Harbour master", "lead: HARB"],
        ),
        (
            "Pilot officer, Port Azure Office, Quay manager, HARB",
            ["lead: Pilot officer, Port Azure Office", "lead: Quay manager, HARB"],
        ),
        (
            "Quay manager (Port Azure), Country Office Azania",
            ["lead: Quay manager (Port Azure)", "lead: Country Office Azania"],
        ),
        (
            "Quay manager (HARB), Port Azure Office, pilot officer, HARB",
            ["lead: Quay manager (HARB)", "lead: Port Azure Office", "lead: pilot officer", "lead: HARB"],
        ),
        ("Quay manager, pilot officer", ["lead: Quay manager", "lead: pilot officer"]),
        ("Ministry of Tides, Fish and Nets", ["lead: Ministry of Tides, Fish and Nets"]),
        ("Ministry of Tides, FAO and the fishers", ["lead: Ministry of Tides", "lead: FAO", "lead: fishers"]),
        ("Tide, weather and quay officer", ["lead: Tide, weather and quay officer"]),
        ("Quay Unit, Tide and Weather Unit", ["lead: Quay Unit", "lead: Tide and Weather Unit"]),
        # brackets are kept together
        ("Stores (STO), Nets", ["lead: Stores (STO)", "lead: Nets"]),
        ("Stores (with HQ; and the pilots, too) and Nets unit",
         ["lead: Stores (with HQ; and the pilots, too)", "lead: Nets unit"]),
        ("Stores (north (quay; pier)); Nets", ["lead: Stores (north (quay; pier))", "lead: Nets"]),
        ("Stores (north; Nets", ["lead: Stores (north", "lead: Nets"]),
    ],
)  # fmt: skip
def test_what_parts_two_names(text: str, expected: list[str]):
    assert parties(text) == expected


# What makes a party support or coordination


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Quay manager with support of Stores; Nets", ["lead: Quay manager", "support: Stores", "support: Nets"]),
        ("Quay manager, with the support from the pilots.", ["lead: Quay manager", "support: pilots"]),
        ("Quay manager with technical assistance from HQ", ["lead: Quay manager", "support: HQ"]),
        ("Quay manager, with inputs from HQ and ABC", ["lead: Quay manager", "support: HQ", "support: ABC"]),
        ("Quay manager, with the pilots", ["lead: Quay manager", "support: pilots"]),
        ("Quay manager supported by Stores", ["lead: Quay manager", "support: Stores"]),
        ("Quay manager in coordination with Stores", ["lead: Quay manager", "coordination: Stores"]),
        ("Quay manager in close collaboration with Stores", ["lead: Quay manager", "coordination: Stores"]),
        ("Quay manager, and in consultation with Stores", ["lead: Quay manager", "coordination: Stores"]),
        ("Quay manager under the supervision of HQ", ["lead: Quay manager", "coordination: HQ"]),
        (
            "Quay manager with support of Stores and in coordination with the ministry of tides",
            ["lead: Quay manager", "support: Stores", "coordination: ministry of tides"],
        ),
        ("Quay manager with support of Stores together with Nets",
         ["lead: Quay manager", "support: Stores", "support: Nets"]),
        ("Quay manager jointly with Stores", ["lead: Quay manager", "lead: Stores"]),
        # in French
        ("Chef du port avec l’appui du bureau régional et du siège",
         ["lead: Chef du port", "support: bureau régional", "support: siège"]),
        ("Équipe du port, avec l'appui technique de la section des filets",
         ["lead: Équipe du port", "support: section des filets"]),
        ("Équipe du port en coordination avec le ministère des marées et l’unité des phares",
         ["lead: Équipe du port", "coordination: ministère des marées", "coordination: unité des phares"]),
        ("Équipe du port, en étroite collaboration avec les pêcheurs",
         ["lead: Équipe du port", "coordination: pêcheurs"]),
        ("Équipe du port ainsi que le siège", ["lead: Équipe du port", "lead: siège"]),
        # in Spanish
        ("Jefe de puerto con el apoyo del equipo regional y la sede",
         ["lead: Jefe de puerto", "support: equipo regional", "support: sede"]),
        ("Equipo de puerto en coordinación con el ministerio de mareas",
         ["lead: Equipo de puerto", "coordination: ministerio de mareas"]),
        ("Equipo de puerto junto con la oficina de La Perla",
         ["lead: Equipo de puerto", "lead: oficina de La Perla"]),
        # labels and brackets that say it
        ("Lead: Quay manager\nSupport: Stores, Nets", ["lead: Quay manager", "support: Stores", "support: Nets"]),
        ("Lead unit: Quays; Supporting units: Stores\nNets; Coordination : HQ",
         ["lead: Quays", "support: Stores", "support: Nets", "coordination: HQ"]),
        ("Chef de file : Équipe du port\nAppui : Siège", ["lead: Équipe du port", "support: Siège"]),
        ("Quays (lead); Stores [support]; HQ (in coordination)",
         ["lead: Quays", "support: Stores", "coordination: HQ"]),
        # lines
        ("Quay manager with support of:\n- Stores\n- Nets",
         ["lead: Quay manager", "support: Stores", "support: Nets"]),
        ("Quay manager\nwith support of Stores", ["lead: Quay manager", "support: Stores"]),
        ("Quays with support of Stores\nPiers with support of Nets",
         ["lead: Quays", "support: Stores", "lead: Piers", "support: Nets"]),
        ("Quays with support of Stores,\nNets", ["lead: Quays", "support: Stores", "support: Nets"]),
    ],
)  # fmt: skip
def test_what_part_a_party_has(text: str, expected: list[str]):
    assert parties(text) == expected


def test_names_to_keep_are_never_taken_apart():
    kept = "Bureau of Tides, Fish; and Nets unit"
    text = f"Quay manager and {kept.upper()} (north), Stores"
    assert parties(text, keep=["Tides", kept]) == [
        "lead: Quay manager",
        f"lead: {kept.upper()} (north)",
        "lead: Stores",
    ]


@given(st.text(st.sampled_from("aAé \n,;:()[]-.'’0&/\0") | st.characters(), max_size=60))
def test_any_text_gives_names_that_are_its_own_words(text: str):
    plain = " ".join(text.replace("\0", "").split())
    for party in read(text):
        assert party.name.strip()
        assert " ".join(party.name.split()) in plain


@pytest.mark.parametrize(
    "piece", ["a manager and ", "(", "()", ";", ", ", " ", "-", "x ", "\n", "with support of "]
)
def test_no_text_takes_long(piece: str):
    started = time.process_time()
    read(piece * (50_000 // len(piece)))
    assert time.process_time() - started < 2
