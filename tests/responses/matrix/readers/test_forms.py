"""Whole forms as many hands fill them in, read to the last field: what is expected stands as an outline."""

import re
from inspect import cleandoc

import pytest

from evaltrack.documents import docx
from evaltrack.documents.content import Cell
from recommendations.profiles import read_shipped
from responses.matrix.readers import files
from responses.matrix.readers.labels import Labels
from responses.matrix.readers.lines import lines_of
from responses.matrix.reading import Origin
from responses.matrix.writers import json as writer
from tests.responses.matrix.readers import forms
from tests.responses.matrix.readers.outline import outline

LABELS = Labels(read_shipped())
EXPECTED = {
    "one_table_of_all": """
        iom-matrix en: Mid-term evaluation of Safe Harbours (2030-2031)
        by Harbour manager, Port Azure
        on 4 May 2031 = 2031-05-04
        comment: We thank the team. ¶ The dates were short.
        1. Light the outer quay.
          because Boats run aground.
          to Port management
          priority 2
          partially_accepted: Port management partially accepts the recommendation. Only forty lamps can be bought. ¶ The others follow when funds allow.
          1.1 Buy forty lamps | 30 June 2031 = 2031-06-30 | Quay unit, store (support) | Tender is out. | initiated
          1.2 Teach the night watch | Q4 2031 = 2031-12-31 | Head of watch, Legal unit
        2. Close the inner quay.
          rejected: Port management does not accept it: too dear.
        """,
    "french_tables": """
        iom-matrix fr: Évaluation finale du projet Phares (2030)
        by La cheffe de projet, Port-Bleu
        on 3 mai 2031 = 2031-05-03
        comment: Le rapport est utile.
        1. Éclairer le quai extérieur.
          because Les bateaux s’échouent.
          to La direction du port
          priority 1 (urgent)
          accepted: La direction accepte la recommandation. Quarante lampes seront achetées.
          1.1 Acheter quarante lampes | 30 juin 2031 = 2031-06-30 | Unité des quais, magasin (support) |  | ongoing
          1.2 Former la garde de nuit | d’ici fin 2031 = 2031-12-31 | Chef de garde | Formation prévue. | not_initiated
        2. Fermer le quai intérieur.
          to La direction
          priority 3
          rejected: La direction n’accepte pas cette recommandation, faute de moyens.
        """,
    "spanish_table": """
        iom-matrix es: Evaluación intermedia de Puertos Seguros (2030)
        by Oficina de Puerto Azul
        on mayo de 2031 = 2031-05-31
        comment: Buen trabajo.
        1. Iluminar el muelle exterior.
          because Los barcos encallan.
          to Dirección del puerto
          priority 1
          partially_accepted: Se acepta parcialmente. ¶ No todos los muelles necesitan luz.
          1.1 Comprar cuarenta lámparas | 30 de junio de 2031 = 2031-06-30 | Unidad de muelles, Jefe de guardia |  | ongoing
          1.2 Formar a la guardia nocturna | segundo semestre de 2031 = 2031-12-31 | Jefe de guardia
        """,
    "lettered_list": """
        iom-2022 en: Evaluation of the Safe Harbours programme
        by A. Quay, Port Azure
        on 3 May 2031 = 2031-05-03
        1. Light the outer quay. ¶ The following should be done:
          - Buy lamps
            - of two kinds
            - with spare parts
          - Teach the watch
          units Quay unit, Legal Unit, Port Office
          accepted: The Quay unit agrees with the recommendation. ¶ It will buy lamps.
          1.1 Buy forty lamps (by 30 June 2031). | by 30 June 2031 = 2031-06-30
          1.2 Teach the night watch, with the store (Quay unit, Q4 2031) | Q4 2031 = 2031-12-31 | Quay unit
          1.3 Report on the wreck of 2029
          Time 2: open (Thirty lamps were bought. ¶ Ten are on their way.)
        2. Close the inner quay.
          rejected: Rejected. It is too dear.
        """,
    "french_list": """
        iom-2022 fr: Évaluation du programme Phares
        by B. Quai, Port-Bleu
        on mai 2031 = 2031-05-31
        comment: Rapport utile.
        1. Éclairer le quai extérieur.
          units Unité des quais, Direction du port
          accepted: La recommandation est pertinente et acceptée. ¶ Quarante lampes seront achetées.
          1.1 Acheter quarante lampes (d’ici juin 2031, sous réserve de la disponibilité des fonds) | d’ici juin 2031, sous réserve de la disponibilité des fonds = 2031-06-30
          1.2 Former la garde de nuit (2031 – 2032). | 2031 – 2032 = 2032-12-31
          Time 2: completed (Tout est fait.)
        2. Fermer le quai intérieur.
          units Unité juridique
          partially_accepted: Le quai reste ouvert en été.
          2.1 Fermer le quai en hiver. Échéance : décembre 2031. Responsable : Unité des quais | décembre 2031 = 2031-12-31 | Unité des quais
        """,
    "spanish_paragraphs": """
        iom-2022 es: Evaluación del programa Puertos Seguros
        by C. Muelle, Puerto Azul
        on 3 de mayo de 2031 = 2031-05-03
        1. Iluminar el muelle. ¶ Los barcos encallan de noche.
          units Unidad de muelles
          accepted: La dirección acepta la recomendación. ¶ Se comprarán lámparas.
          1.1 Comprar cuarenta lámparas (a más tardar en junio de 2031) | a más tardar en junio de 2031 = 2031-06-30
          1.2 Formar a la guardia nocturna (2031-2032, sujeto a la disponibilidad de fondos). | 2031-2032, sujeto a la disponibilidad de fondos = 2032-12-31
          Time 2: open
          Time 3: completed (Terminado en 2032.)
        2. Cerrar el muelle interior.
          rejected: No se acepta la recomendación.
        """,
    "nested_table": """
        iom-2022 en: Evaluation of Lighthouses
        1. Paint the tower.
          accepted: Management accepts this recommendation in principle.
          1.1 Buy paint | 31 March 2031 = 2031-03-31 | Store
          1.2 Paint | ongoing = continuous | Keeper, Quay unit (support)
        """,
    "wide_table": """
        plain en: Management response to the evaluation of Lighthouses, 2030
        1. Paint the tower.
          accepted:
          1.1 Buy paint | 31 March 2031 = 2031-03-31 | Store |  | completed
          1.2 Paint | 2031 = 2031-12-31 | Keeper |  | in_progress
        2. Sell the boat.
          rejected: Management rejects this.
        """,
    "prefilled": """
        iom-matrix en: Lighthouses (2030)
        1. Paint the tower.
          because It rusts.
          to Keeper
          priority 1
        3. Sell the boat.
        """,
    "crowded_cells": """
        iom-matrix en: Lighthouses (2030-2031)
        1. Paint the tower.
          to Keeper; Port office
          priority 2
          partially_accepted: The Keeper accepts the recommendation, but rejects the colour.
          1.1 Buy paint | 1 May 2031 = 2031-05-01 | Store |  | not_initiated
          1.2 Buy brushes | 1 June 2031 = 2031-06-01 | Store |  | not_initiated
          1.3 Paint | end of 2031 = 2031-12-31 | Keeper, Quay unit (support) |  | completed
          1.4 Clean up | 2032 = 2032-12-31 | Keeper | Started.
        """,
}  # fmt: skip


@pytest.mark.parametrize("form", EXPECTED)
def test_a_form_is_read_to_the_last_field(form: str):
    reading = files.read(getattr(forms, form)().bytes(), f"{form}.docx")
    assert outline(reading.matrix) == cleandoc(EXPECTED[form]).splitlines()


@pytest.mark.parametrize("form", EXPECTED)
def test_nothing_is_lost(form: str):
    """What is no label stands in the matrix, was the source of a value, or is among what was left out."""
    data = getattr(forms, form)().bytes()
    reading = files.read(data, "a.docx")
    beside = [one.text for one in (*reading.sources.values(), *reading.left_out)]
    kept = _letters(writer.write(reading.matrix).decode()) + _letters(" ".join(beside))
    for block in docx.read(data).blocks:
        for line in lines_of(list(Cell((block,)).paragraphs), 1):
            label = LABELS.at_start(line.text, bold=line.bold, whole=True) or LABELS.column(line.text)
            said = line.text[label.end :] if label else line.text
            assert _letters(re.sub(r"^\s*(\(?\d[.)\d]*|[a-z]\))\s", "", said)) in kept


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold().replace("\\n", "")))


def test_rounds_stand_there_though_nothing_was_reported():
    [first, second] = files.read(forms.lettered_list().bytes(), "a.docx").matrix.recommendations
    assert [entry.round for entry in first.monitoring] == ["Time 2", "Time 3"]
    assert [(entry.round, entry.status, entry.comment) for entry in second.monitoring] == [
        ("Time 2", None, None),
        ("Time 3", None, None),
    ]


def test_each_value_tells_where_it_stands_and_how_it_came_about():
    sources = files.read(forms.lettered_list().bytes(), "a.docx").sources
    decision = sources["recommendations[0].response.decision"]
    assert (decision.place.table, decision.place.row, decision.origin) == (1, 4, Origin.READ)
    assert decision.text == "The Quay unit agrees with the recommendation."
    text = sources["recommendations[0].text"]
    assert (text.place.row, text.origin) == (2, Origin.PRINTED)
    assert sources["recommendations[0].actions[1].responsible"].origin is Origin.READ


def test_what_was_read_from_prose_is_doubted():
    doubts = {
        doubt.path: doubt.sentence for doubt in files.read(forms.lettered_list().bytes(), "a.docx").doubts
    }
    assert "first sentence" in doubts["recommendations[0].response.decision"]
    assert "no label" in doubts["evaluation.title"]


def test_what_is_no_answer_is_left_out_and_said():
    left = [(one.text, one.why) for one in files.read(forms.lettered_list().bytes(), "a.docx").left_out]
    assert ("discarded/open/completed", "The options of the form, none of them chosen.") in left
    assert ("N/A", "It says that there is no key action.") in left
    assert any(text.startswith("These fields") and "guidance" in why for text, why in left)


def test_a_number_that_was_skipped_is_doubted():
    doubts = files.read(forms.prefilled().bytes(), "a.docx").doubts
    assert [doubt.sentence for doubt in doubts if doubt.path == "recommendations[1].number"] == [
        "It is numbered 3 where 2 was expected."
    ]


def test_another_profile_can_be_asked_for():
    reading = files.read(forms.wide_table().bytes(), "a.docx", profile="iom-matrix")
    assert reading.matrix.profile == "iom-matrix"
    assert reading.matrix.recommendations[0].actions[1].status == "ongoing"


def test_the_language_can_be_overruled():
    assert files.read(forms.prefilled().bytes(), "a.docx", language="pt").matrix.language == "pt"
