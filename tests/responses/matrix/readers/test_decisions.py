"""The decision out of prose, printed options and ticked boxes."""

import pytest

from responses.matrix.readers.decisions import read


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Port management accepts the recommendation. It will buy lamps.", "accepted"),
        ("The recommendation is relevant and accepted.", "accepted"),
        ("Store Unit accepts the recommendation", "accepted"),
        ("Management agrees with this.", "accepted"),
        ("We thank the team. We accept it in full.", "accepted"),
        ("No objection: accepted", "accepted"),
        ("There is no doubt that management accepts this.", "accepted"),
        ("The office accepts, without reservation, this recommendation", "accepted"),
        ("Accepted. Lamps will be bought.", "accepted"),
        ("We accept it, noting that not all staff have been trained.", "accepted"),
        ("Management partially accepts the recommendation.", "partially_accepted"),
        ("We cannot fully accept this recommendation.", "partially_accepted"),
        ("Management accepts this recommendation in part.", "partially_accepted"),
        ("The office accepts the first part but rejects the second.", "partially_accepted"),
        ("Management does not accept this recommendation.", "rejected"),
        ("The recommendation is not accepted.", "rejected"),
        ("Management rejects this.", "rejected"),
        ("Management does not agree.", "rejected"),
        ("La direction accepte la recommandation.", "accepted"),
        ("La Mission souscrit à la recommandation.", "accepted"),
        ("La recommandation est partiellement acceptée.", "partially_accepted"),
        ("La direction n’accepte pas cette recommandation.", "rejected"),
        ("La recommandation n'est pas acceptée.", "rejected"),
        ("La direction ne peut accepter cette mesure.", "rejected"),
        ("La recomendación es pertinente y se acepta.", "accepted"),
        ("El equipo está de acuerdo con la recomendación.", "accepted"),
        ("Se acepta parcialmente.", "partially_accepted"),
        ("No se acepta la recomendación.", "rejected"),
        ("La administración rechaza la recomendación.", "rejected"),
    ],
)
def test_the_first_sentence_decides(text: str, code: str):
    decided = read(text)
    assert (decided.code, decided.certain, decided.is_all) == (code, False, False)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Accepted", "accepted"),
        ("Partially Accept.", "partially_accepted"),
        ("Reject", "rejected"),
        ("Acceptée", "accepted"),
        ("Aceptada parcialmente", "partially_accepted"),
        ("☒ Accepted ☐ Partially accepted ☐ Rejected", "accepted"),
        ("[ ] Accepted [x] Partially accepted [ ] Rejected", "partially_accepted"),
        ("Accept ☐ Partially accept ☒ Reject ☐", "partially_accepted"),
        ("Acceptée: [ ] Partiellement acceptée: [ ] Rejetée: [X]", "rejected"),
    ],
)
def test_an_option_alone_is_no_narrative(text: str, code: str):
    decided = read(text)
    assert (decided.code, decided.certain, decided.is_all) == (code, True, True)


@pytest.mark.parametrize(
    "text",
    ["Accept/Partially accept/Reject", "Acceptée/Partiellement acceptée/Rejetée", "☐ Accepted ☐ Rejected"],
)
def test_options_left_standing_decide_nothing(text: str):
    decided = read(text)
    assert decided.code is None
    assert decided.is_all


@pytest.mark.parametrize(
    "text",
    [
        "",
        "The findings are noted.",
        "Indicate if the recommendation is accepted, partially accepted or rejected.",
        "An acceptable course will be sought.",
    ],
)
def test_what_decides_nothing(text: str):
    assert read(text).code is None
