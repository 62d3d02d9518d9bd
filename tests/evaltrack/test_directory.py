"""Whom EvalTrack knows: who is meant in a responsible cell, and who is proposed while one types."""

import pytest
from django.utils import translation

from evaltrack.models import OfficeAlias
from evaltrack.responsible import proposals, understood
from evaltrack.roles import Role
from tests import factories

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
