"""From a register's file to values: its headings, its lists, and each thing that may be amiss in a row."""

import pytest

from evaltrack.errors import Refused
from recommendations.register import reading
from recommendations.register.columns import HEADINGS, header
from recommendations.register.defects import Kind, sentence
from recommendations.register.documents import addresses, is_web, kind_of
from recommendations.register.places import code, parted
from recommendations.register.values import pieces, record
from tests.recommendations import register as made


def cells(**changed: str) -> dict[str, str]:
    """The cells of a row with nothing amiss, read as from its file."""
    return reading.read(made.content(made.row(**changed)))["rows"][0][1]


def kinds(**changed: str) -> list[str]:
    return [defect.kind for defect in record(2, cells(**changed)).defects]


# The file -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_any_usual_encoding_and_delimiter_is_read(encoding, delimiter):
    read = reading.read(
        made.content(made.row(Title="Évaluation à Ñandú"), delimiter=delimiter, encoding=encoding)
    )
    assert read["rows"][0][1]["title"] == "Évaluation à Ñandú"
    assert (read["encoding"] == "cp1252") == (encoding == "cp1252")


def test_columns_are_known_by_their_headings_wherever_they_stand():
    usual = reading.read(made.content(made.row()))["rows"][0][1]
    turned = dict(reversed(made.row().items()))
    assert reading.read(made.content(turned))["rows"][0][1] == usual
    above = b"Register of Norland,,\nexported today,,\n" + made.content(made.row(), encoding="utf-8")
    assert reading.read(above)["rows"] == [(4, usual)]


def test_every_heading_means_one_column_only():
    for column, headings in HEADINGS.items():
        for heading in headings:
            assert header([heading.upper()]).known == {0: column}, heading


def test_what_a_column_says_that_is_not_known_is_kept_and_told():
    read = reading.read(made.content(made.row(Gender_marker="3")))
    assert read["unknown"] == ["Gender marker"]
    assert read["rows"][0][1]["? Gender marker"] == "3"


def test_lines_that_do_not_fit_the_headings_are_told_and_empty_ones_passed_over():
    text = "Title,Year\nA,2025\n\n,\nB\nC,2024,more\n"
    read = reading.read(text.encode())
    assert [number for number, _cells in read["rows"]] == [2, 5, 6]
    assert read["ragged"] == [5, 6]
    assert read["rows"][2][1]["? 3"] == "more"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "does not look like an evaluation register"),
        (b"Name,Colour\nA,B\n", "does not look like an evaluation register"),
        (b"Title,Year\n", "no rows"),
        (b"\xff\xfeT\x00i", "damaged"),
        (b"\xff\xfe\x00\xd8T", "damaged"),
        (b"Title,Year\n" + b'"' + b"x" * 250_000, "cannot be read"),
        (b"Title,Year\n" + b"a,1\n" * 50_001, "more than 50000 rows"),
    ],
    ids=[
        "nothing",
        "another table",
        "headings alone",
        "half a letter",
        "not its encoding",
        "no end",
        "too many",
    ],
)
def test_a_file_that_is_no_register_is_refused_with_a_sentence(content, says):
    with pytest.raises(Refused, match=says):
        reading.read(content)


def test_control_characters_are_left_out():
    assert cells(Title="Wells\x00 and\x0b ports")["title"] == "Wells and ports"


# Lists ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "parts"),
    [
        ("", []),
        ("Water", ["Water"]),
        ("Water, Health", ["Water", "Health"]),
        ("Policy - dialogue, law etc, Health", ["Policy - dialogue, law etc", "Health"]),
        (
            "Response (including shelter, NFIs, WASH), Health",
            ["Response (including shelter, NFIs, WASH)", "Health"],
        ),
        ("Water; health", ["Water", "health"]),
        ("Response (never closed, Health", ["Response (never closed, Health"]),
    ],
)
def test_lists_are_parted_where_a_new_part_begins(cell, parts):
    assert pieces(cell) == parts


@pytest.mark.parametrize(
    ("name", "iso"),
    [
        ("Kenya", "KE"), ("Viet Nam", "VN"), ("Vietnam", "VN"), ("The Bahamas", "BS"), ("Turkey", "TR"),
        ("Bolivia (the Plurinational State of)", "BO"), ("Hong Kong SAR, China", "HK"), ("Sénégal", "SN"),
        ("Lao People's Democratic Republic", "LA"), ("United States of America (the)", "US"),
        ("Dominca", ""), ("Solomon Island", ""), ("Atlantis", ""), ("", ""),
    ],
)  # fmt: skip
def test_countries_are_known_by_many_names_and_never_guessed(name, iso):
    assert code(name) == iso


def test_a_country_with_a_comma_in_its_name_stays_whole():
    assert parted("Kenya, Hong Kong SAR, China, Malaysia") == ["Kenya", "Hong Kong SAR, China", "Malaysia"]


# Rows -----------------------------------------------------------------------------------------------------


def test_a_row_with_nothing_amiss_says_so():
    assert kinds() == []


A, B = f"{made.SITE}/brief.pdf", f"{made.SITE}/report.pdf"


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"File_URL": f"{A},   {B}", "File_description": "Evaluation Report, Evaluation Brief"}, [Kind.NOT_ALIGNED]),
        ({"File_URL": f"{B}, {A}", "File_description": "Evaluation Report, Evaluation Brief"}, []),
        ({"File_description": "Report, June 2025"}, [Kind.FILE_COUNT]),
        ({"File_URL": "ftp://example.org/a.pdf"}, [Kind.BAD_ADDRESS]),
        ({"File_URL": "javascript://example.org/%0aalert(1)"}, [Kind.BAD_ADDRESS]),
        ({"Management_response": "Yes"}, [Kind.RESPONSE_WITHOUT_FILE]),
        ({"Document_Subtype": "Management response"}, [Kind.FILE_WITHOUT_RESPONSE]),
        ({"Document_Subtype": "Management response", "Management_response": "Yes"}, []),
        ({"Management_response": ""}, [Kind.RESPONSE_NOT_SAID]),
        ({"Evaluation_Period_To_Date": "2023-12-31"}, [Kind.PERIOD_BACKWARDS]),
        ({"Evaluation_Period_To_Date": ""}, [Kind.PERIOD_HALF]),
        ({"Evaluation_Period_To_Date": "1970-01-01", "Evaluation_Period_From_Date": "1970-01-01"}, [Kind.PERIOD_EMPTY]),
        ({"Date_of_Publication": "soon"}, [Kind.BAD_DATE]),
        ({"Date_of_Publication": ""}, [Kind.NO_DATE]),
        ({"Year": "2024"}, [Kind.YEAR_DIFFERS]),
        ({"Project_Code": ""}, [Kind.NO_CODE]),
        ({"Project_Code": "WA.0012, WA.0013"}, [Kind.SEVERAL_CODES]),
        ({"Project_Code": "WA.0012 / WA.0013"}, [Kind.CODES_PARTED]),
        ({"Project_Code": "see annex"}, [Kind.CODE_DOUBTFUL]),
        ({"Languages": "French, English"}, [Kind.SEVERAL_LANGUAGES]),
        ({"Languages": "Klingon"}, [Kind.UNKNOWN_LANGUAGE]),
        ({"Countries_Covered": ""}, [Kind.NO_COUNTRY]),
        ({"Countries_Covered": "Kenya, Atlantis"}, [Kind.UNKNOWN_COUNTRY]),
        ({"Countries_Covered": "Worldwide"}, []),
        ({"Type_of_Evaluation_Scope": "Thematic, Strategy"}, [Kind.SEVERAL_TYPES]),
        ({"Type_of_Evaluation_Scope": "Audit"}, [Kind.UNKNOWN_TYPE]),
        ({"Type_of_Evaluation_Timing": "Not applicable"}, []),
        ({"Title": ""}, [Kind.NO_TITLE]),
        ({"Title": "x" * 600}, [Kind.TOO_LONG]),
        ({"Donor": "FundaciÃ³n"}, [Kind.ODD_CHARACTERS]),
    ],
    ids=str,
)  # fmt: skip
def test_what_is_amiss_is_told(changed, expected):
    assert kinds(**changed) == expected


def test_every_kind_has_a_sentence():
    for kind in Kind:
        assert "%(" not in sentence(kind, "a", "b")


def test_the_values_are_those_of_an_evaluation():
    values = record(2, cells()).values
    assert values["report_date"] == "2025-04-30"
    assert (values["type"], values["timing"], values["language"]) == ("project", "final", "en")
    assert values["countries"] == ["KE"]
    assert values["project_code"] == ["WA.0012"]
    assert values["documents"] == [["report", f"{made.SITE}/report.pdf", "Evaluation Report", ""]]


def test_a_register_without_a_column_says_nothing_of_the_field():
    row = made.row()
    del row["Donor"]
    found = record(2, reading.read(made.content(row))["rows"][0][1])
    assert "donor" not in found.values
    assert found.values["theme"] == ["Water"]


def test_a_description_is_given_to_a_file_only_where_it_is_certain_whose_it_is():
    names = ["CS1_Management%20Response.pdf", "final_report_FR.pdf", "report_en.pdf", "zz.pdf"]
    found = record(2, cells(
        File_URL=",   ".join(f"{made.SITE}/{name}" for name in sorted(names)),
        File_description="Evaluation Report EN, Evaluation Report FR, Management response, Photos",
    )).values["documents"]  # fmt: skip
    assert [(kind, words, language) for kind, _address, words, language in found] == [
        ("management_response", "Management response", ""),
        ("report", "", "fr"),
        ("report", "", "en"),
        ("other", "", ""),
    ]


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("EvaluationDocuments_Evaluation ToRs_DR.0058.pdf", "terms_of_reference"),
        ("Respuesta de la administración y plan de acción.pdf", "management_response"),
        ("Executive summary French", "summary"), ("Inforgraphics", "annex"), ("Evaluation Brief", "brief"),
        ("Rapport final", "report"), ("MM.pdf", None),
    ],
)  # fmt: skip
def test_the_kind_of_a_document_is_read_from_words(words, kind):
    assert kind_of(words) == kind


def test_addresses_are_parted_where_the_next_begins():
    assert addresses("https://a.example/x, y.pdf,   http://b.example/z") == [
        "https://a.example/x, y.pdf", "http://b.example/z",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "address", ["file:///etc/passwd", "javascript:alert(1)", "https://", "https://a b.example/", "//x.example/", "x" * 10,
                "https://x.example/" + "a" * 2000, 'https://x.example/"><script>', "http://[::1"],
)  # fmt: skip
def test_nothing_but_addresses_of_the_web_is_taken(address):
    assert not is_web(address)
