"""Labels of forms: in three languages, with what is printed beside them, and not in the middle of prose."""

import pytest

from recommendations.profiles import read_shipped
from responses.matrix.readers.labels import Labels, folded

LABELS = Labels(read_shipped())


@pytest.mark.parametrize(
    ("text", "key", "value"),
    [
        ("Evaluation title/year: Mid-term", "evaluation_title", "Mid-term"),
        ("Titre/année de l’évaluation\u00a0: Phares", "evaluation_title", "Phares"),
        ("Título/año de la evaluación: Faros", "evaluation_title", "Faros"),
        ("Name and function of the management response coordinator (MR coordinator): A.", "coordinator", "A."),
        ("Person or entity responsible for completing the matrix: B.", "coordinator", "B."),
        ("Nom et fonction du coordonnateur de la réponse de la direction\u00a0: C.", "coordinator", "C."),
        ("Persona o entidad responsable de completar la matriz de seguimiento: D.", "coordinator", "D."),
        ("Date of publication: May 2031.", "responded_on", "May 2031."),
        ("Overall comment on evaluation process (optional): Good", "overall_comment", "Good"),
        ("Comentario general sobre el proceso de evaluación: Bien", "overall_comment", "Bien"),
        ("Rationale: It rusts.", "rationale", "It rusts."),
        ("Recommendation to: Keeper", "directed_to", "Keeper"),
        ("Recommandation à\u00a0: la direction", "directed_to", "la direction"),
        ("Recomendación dirigida a: la dirección", "directed_to", "la dirección"),
        ("Priority level1 (1 to 3): 2", "priority", "2"),
        ("Priority level[^1] (1 to 3): 2", "priority", "2"),
        ("Niveau de priorité (1 à 3) 2", "priority", "2"),
        ("Responsible unit(s): Store", "responsible_units", "Store"),
        ("Unité(s) responsable(s) : Magasin", "responsible_units", "Magasin"),
        ("Unidad(es) responsable(s): Almacén", "responsible_units", "Almacén"),
        ("Management response (Accept/Partially Accept/Reject)", "management_response", ""),
        ("Management response (Accept/Partially Accept/Reject) We accept", "management_response", "We accept"),
        ("Management response - accept/partially accept/reject: We", "management_response", "We"),
        ("Management response – accept / partially accept / reject: We", "management_response", "We"),
        ("Réponse de la direction – acceptée/partiellement acceptée/rejetée\u00a0: La", "management_response", "La"),
        ("Réponse de la direction - acceptation/acceptation partielle/rejet : La", "management_response", "La"),
        ("Respuesta de la administración (Aceptar/Aceptar parcialmente/Rechazar): Se", "management_response", "Se"),
        ("Key actions:", "key_actions", ""),
        (" Key actions:", "key_actions", ""),
        ("Mesures clés :", "key_actions", ""),
        ("Acciones clave:", "key_actions", ""),
    ],
)  # fmt: skip
def test_a_label_and_what_it_stands_before(text: str, key: str, value: str):
    label = LABELS.at_start(text)
    assert label is not None
    assert (label.key, text[label.end :]) == (key, value)


@pytest.mark.parametrize(
    ("text", "number", "value"),
    [
        ("Evaluation recommendation # 1: Paint", "1", "Paint"),
        ("Evaluation recommendation 2:", "2", ""),
        ("Recommendation 3. Paint", "3", "Paint"),
        ("Recommendation 4 – Paint", "4", "Paint"),
        ("Recommendation 5 Paint it", "5", "Paint it"),
        ("Recommandation n°\u00a06\u00a0: Peindre", "6", "Peindre"),
        ("Recommandation de l’évaluation 7\u00a0: Peindre", "7", "Peindre"),
        ("Recomendación de la evaluación N.º 8: Pintar", "8", "Pintar"),
        ("Recommendation III: Paint", "3", "Paint"),
        ("Recommendation B: Paint", "2", "Paint"),
        ("R9: Paint", "9", "Paint"),
    ],
)
def test_recommendations_are_told_by_their_number(text: str, number: str, value: str):
    label = LABELS.at_start(text)
    assert label is not None
    assert (label.key, label.number, text[label.end :]) == ("recommendation", number, value)


@pytest.mark.parametrize(
    ("text", "key", "time", "final", "value"),
    [
        ("Implementation monitoring status - discarded/open/completed: (Time 2) Open", "round_status", 2, False,
         "Open"),
        ("Final implementation monitoring status – discarded/open/completed: (Time 3)", "round_status", 3, True, ""),
        ("Comments on implementation status: (Time 2) Thirty", "round_comment", 2, False, "Thirty"),
        ("Final comments on implementation status: (Time 3) All", "round_comment", 3, True, "All"),
        ("État de la mise en œuvre – abandonnée/ouverte/achevée (Temps 2)\u00a0: Ouverte", "round_status", 2, False,
         "Ouverte"),
        ("Statut final du suivi de la mise en œuvre - abandonné/ouvert/terminé (Temps 3)\u00a0:", "round_status", 3,
         True, ""),
        ("Comentarios finales sobre el estado de la implementación (Tiempo 3): Todo", "round_comment", 3, True,
         "Todo"),
        ("Time 2: Implementation monitoring status: Open", "round_status", 2, False, "Open"),
    ],
)  # fmt: skip
def test_rounds_are_told_by_their_time(text: str, key: str, time: int, final: bool, value: str):
    label = LABELS.at_start(text)
    assert label is not None
    assert (label.key, label.time, label.final, text[label.end :]) == (key, time, final, value)


@pytest.mark.parametrize(
    "text",
    [
        "Recommendation 2 is accepted because it is right.",
        "Recommendation 2 above, the Store should",
        "Actions taken so far show that",
        "The rationale: it rusts",
        "Management responses were late.",
        "Status",
        "Comments",
        "Date",
        "Priority is given to lamps.",
        "Recomendación a tener en cuenta",
    ],
)
def test_prose_is_no_label(text: str):
    assert LABELS.at_start(text) is None


def test_common_words_are_labels_where_they_stand_alone_or_in_bold():
    assert LABELS.at_start("Rationale", whole=True) is not None
    assert LABELS.at_start("Rationale It rusts.") is None
    bold = LABELS.at_start("Rationale It rusts.", bold=len("Rationale"))
    assert bold is not None
    assert bold.key == "rationale"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Key action", "key_action"), ("Mesures clés", "key_action"), ("Acción clave", "key_action"),
        ("Time frame or deadline", "deadline"), ("Délai ou échéance", "deadline"), ("Plazo", "deadline"),
        ("Responsible individual or unit(s)", "responsible"), ("Persona o unidad(es) responsable(s)", "responsible"),
        ("Personne ou unité(s) responsable(s)", "responsible"), ("Comments or action taken", "comment"),
        ("Commentaires ou mesures prises", "comment"), ("Status", "status"), ("Statut", "status"),
        ("Estado", "status"), ("Implementation monitoring", "monitoring"), ("Status[^2]", "status"),
        ("Commentai res ou mesures prises", "comment"), ("Recom mendati on", "recommendation"),
        ("Management response", "management_response"),
    ],
)  # fmt: skip
def test_heads_of_columns(text: str, key: str):
    label = LABELS.column(text)
    assert label is not None
    assert label.key == key


@pytest.mark.parametrize("text", ["30 November 2031", "Project manager", "Ongoing", "", "x" * 300])
def test_values_are_no_heads(text: str):
    assert LABELS.column(text) is None


# Heads of columns, and what stands in the running of pages rather than before a value.
ELSEWHERE = {
    "running_line", "page", "colon", "priority_step", "key_action", "deadline", "responsible", "monitoring", "comment",
    "status", "conducted",
}  # fmt: skip


@pytest.mark.parametrize("profile", read_shipped(), ids=lambda profile: profile.slug)
def test_every_label_of_the_shipped_profiles_is_known(profile):
    for key, labels in profile.labels.items():
        for words in labels.values():
            if key in ("key_action", "deadline", "responsible", "monitoring", "comment", "status"):
                assert LABELS.column(words).key == key, words
            elif key not in ELSEWHERE:
                label = LABELS.at_start(f"{words.format(number=7)}: x")
                assert label is not None, words
                assert label.key in (key, "document_title"), words
    for place, round_ in enumerate(profile.rounds):
        for key, labels in (("round_status", round_.status_labels), ("round_comment", round_.comment_labels)):
            for words in labels.values():
                label = LABELS.at_start(f"{words}: x")
                assert (label.key, label.time) == (key, place + 2), words


def test_folding_keeps_every_letter_in_its_place():
    text = "Évaluation\u00a0: “l’année” – œuvre №"
    assert folded(text) == 'evaluation : "l\'annee" - œuvre n'
    assert len(folded(text)) == len(text)
