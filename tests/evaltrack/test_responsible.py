"""Responsible cells: which parties a text names, and whom of them EvalTrack knows."""

import json
import time
from pathlib import Path

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from evaltrack.models import OfficeAlias
from evaltrack.parties import Party
from evaltrack.responsible import proposals, read, understood
from evaltrack.roles import Role
from tests import factories

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


# Whom EvalTrack knows

pytestmark = pytest.mark.django_db


@pytest.fixture
def azania():
    """Country Office Azania under its regional office, with people."""
    regional = factories.office("Regional Office for the Eastern Sea", short_name="ROES", kind="regional")
    office = factories.office("Country Office Azania", short_name="CO Azania", parent=regional)
    OfficeAlias.objects.create(office=regional, name="Eastern Sea and Islands Bureau")
    factories.office("Legal Department", short_name="LEG", parent=regional)
    factories.member(Role.ME_OFFICER, office, "Ana Lima", function="Programme assistant")
    factories.member(Role.COORDINATOR, office, "Zoé Nguyễn")
    return office


def known(text: str) -> list[str]:
    """Each party as "name > whom it was matched with"."""
    lines = []
    for fields in understood(text):
        whom = [
            str(fields["person"] or ""),
            fields["role"],
            fields["office"].name if fields["office"] else "",
        ]
        lines.append(f"{fields['name']} > {' @ '.join(filter(None, whom)) or '-'}")
    return lines


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ana Lima", "Ana Lima"),
        ("ANA LIMA", "Ana Lima"),
        ("zoe nguyen", "Zoé Nguyễn"),
        ("Ms. Ana Lima", "Ana Lima"),
        ("ana.lima@example.org", "Ana Lima"),
        ("A. Lima <Ana.Lima@Example.org>", "Ana Lima"),
        ("Ana Lima (CO Azania)", "Ana Lima"),
        ("Programme assistant (Ana Lima)", "Ana Lima"),
        ("Ana", "-"),
        ("nobody@example.org", "-"),
        ("Country Office Azania", "Country Office Azania"),
        ("co azania", "Country Office Azania"),
        ("Country Office in Azania", "Country Office Azania"),
        ("Regional Office Eastern Sea", "Regional Office for the Eastern Sea"),
        ("UNX’s Regional Office for the Eastern-Sea", "Regional Office for the Eastern Sea"),
        ("roes", "Regional Office for the Eastern Sea"),
        ("Eastern Sea and Islands Bureau", "Regional Office for the Eastern Sea"),
        ("Regional Office for the Eastern Sea (ROES)", "Regional Office for the Eastern Sea"),
        ("Legal Department (ROES)", "Legal Department"),
        ("Legal Department (CO Azania)", "-"),
        ("M&E officer, Country Office Azania", "me_officer @ Country Office Azania"),
        ("M&E officers (CO Azania)", "me_officer @ Country Office Azania"),
        ("M&E Officer at the Country Office Azania", "me_officer @ Country Office Azania"),
        ("Country Office Azania M&E officer", "me_officer @ Country Office Azania"),
        ("Clearing officer for ROES", "clearing_officer @ Regional Office for the Eastern Sea"),
        ("M&E officer", "-"),
        ("M&E officer, Country Office Borduria", "-"),
        ("Press assistant, Country Office Azania", "Country Office Azania"),
        ("Stores (CO Azania)", "-"),
        ("The fishers", "-"),
    ],
)
def test_who_is_meant(azania, text: str, expected: str):
    assert known(text) == [f"{text} > {expected}"]


def test_parties_keep_their_part_and_order(azania):
    fields = understood("Ana Lima with support of ROES; fishers")
    assert [(one["name"], one["part"]) for one in fields] == [
        ("Ana Lima", "lead"),
        ("ROES", "support"),
        ("fishers", "support"),
    ]
    assert set(fields[0]) == {"name", "part", "person", "office", "role"}


def test_nothing_is_guessed_between_two():
    factories.user("Ana Lima")
    factories.user("Ana Lima", email="other@example.org")
    OfficeAlias.objects.create(office=factories.office("North Quay"), name="Quay")
    OfficeAlias.objects.create(office=factories.office("South Quay"), name="Quay")
    factories.user("Harbour")
    factories.office("Harbour")
    assert known("Ana Lima; Quay; Harbour; North Quay") == [
        "Ana Lima > -",
        "Quay > -",
        "Harbour > -",
        "North Quay > North Quay",
    ]


def test_an_office_that_stands_comes_before_one_that_ended():
    OfficeAlias.objects.create(office=factories.office("Old Quay", ends_on="2020-01-01"), name="Quay")
    OfficeAlias.objects.create(office=factories.office("New Quay"), name="Quay")
    assert known("Quay; Old Quay") == ["Quay > New Quay", "Old Quay > Old Quay"]


def test_someone_who_left_is_only_a_name():
    factories.user("Ana Lima", is_active=False)
    assert known("Ana Lima; ana.lima@example.org") == ["Ana Lima > -", "ana.lima@example.org > -"]


def test_roles_are_known_in_the_languages_of_the_product(azania):
    with translation.override("fr"):
        assert known("M&E officer (CO Azania)") == [
            "M&E officer (CO Azania) > me_officer @ Country Office Azania"
        ]


@pytest.mark.parametrize(
    "words",
    [
        "Chargé(e) de suivi et d’évaluation (CO Azania)",
        "Chargée de suivi et d'évaluation (CO Azania)",
        "chargé de suivi et d’évaluation du CO Azania",
        "M&E officer (CO Azania)",
    ],
)
def test_a_role_is_known_as_it_is_proposed_and_as_he_or_she_writes_it(azania, words: str):
    assert known(words) == [f"{words} > me_officer @ Country Office Azania"]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_proposed_role_is_understood(azania, language: str):
    for role in Role:
        factories.member(role, azania)
    with translation.override(language):
        roles = [
            one.text
            for one in proposals("CO Azania", limit=50)
            if one.text.endswith("(Country Office Azania)")
        ]
        assert [fields["role"] for text in roles for fields in understood(text)] == [
            role for text in roles for role in Role if text.startswith(str(role.label))
        ]
    assert len(roles) == len(Role)


def test_a_name_longer_than_its_column_is_cut(azania):
    [fields] = understood("quay " * 100)
    assert len(fields["name"]) == 300
    assert fields["name"].endswith("quay…")


@pytest.mark.parametrize("count", [1, 3])
def test_at_most_four_queries(azania, count: int, django_assert_num_queries):
    for number in range(count):
        factories.member(Role.READER, azania, f"Reader {number}")
        OfficeAlias.objects.create(office=factories.office(), name=f"Pier {number}")
    text = "; ".join(f"Reader {number}; Pier {number}; Ana Lima; ROES" for number in range(count))
    with django_assert_num_queries(4):
        assert len(understood(text)) == 4 * count


# Proposals


def proposed(query: str, **options: int) -> list[tuple[str, str]]:
    return [(proposal.text, proposal.hint) for proposal in proposals(query, **options)]


def test_people_roles_and_offices_are_proposed(azania):
    assert proposed("azania") == [
        ("Country Office Azania", "CO Azania"),
        ("M&E officer (Country Office Azania)", "Ana Lima"),
        ("Response coordinator (Country Office Azania)", "Zoé Nguyễn"),
    ]
    assert proposed("nguyen") == [("Zoé Nguyễn", "CO Azania")]
    assert proposed("LIM") == [("Ana Lima", "Programme assistant")]
    assert proposed("islands") == [("Regional Office for the Eastern Sea", "Eastern Sea and Islands Bureau")]
    assert proposed("legal") == [("Legal Department", "LEG")]


def test_what_begins_with_the_words_comes_first():
    factories.office("Banana Quay")
    factories.office("Quay Ana")
    factories.user("Ana Lima")
    factories.user("Lima Ana")
    assert [text for text, _hint in proposed("ana")] == ["Ana Lima", "Lima Ana", "Quay Ana", "Banana Quay"]
    assert len(proposed("ana", limit=2)) == 2


@pytest.mark.parametrize("query", ["", "  ", "&", "zz top"])
def test_nothing_is_proposed_for_nothing(azania, query: str):
    assert proposed(query) == []


def test_those_who_left_are_not_proposed():
    factories.user("Ana Lima", is_active=False)
    factories.office("Ana Quay", ends_on="2020-01-01")
    assert proposed("ana") == []


def test_whatever_is_proposed_is_understood_as_one(azania):
    factories.office("Bureau of Fish, Nets and Tides unit; North")
    factories.member(Role.READER, factories.office("Office (quay, pier) and Boats"), "Anne and Co, of Port")
    factories.user("Ana Lima", email="other@example.org")
    texts = {proposal.text for query in "aeiou" for proposal in proposals(query, limit=99)}
    assert len(texts) == 12
    for text in texts:
        [fields] = understood(text)
        assert fields["name"] == text
        assert fields["person"] or fields["office"], text


@pytest.mark.parametrize("count", [1, 3])
def test_proposals_need_four_queries(azania, count: int, django_assert_num_queries):
    for number in range(count):
        factories.member(Role.READER, azania, f"Reader {number}")
    with django_assert_num_queries(4):
        assert proposals("reader")
