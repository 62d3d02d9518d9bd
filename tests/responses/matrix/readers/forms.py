"""Forms filled in by invented offices: both layouts, three languages, and the habits of many hands."""

from tests.responses.matrix.readers.word import Word

HEADS = ["|Key action|", "|Time frame or deadline|", "|Responsible individual or unit(s)|",
         "|Implementation monitoring|", ""]  # fmt: skip
UNDER = ["", "", "", "|Comments or action taken|", "|Status|"]


def one_table_of_all() -> Word:
    """The older form as one table from beginning to end, labels beside their values."""
    word = Word("|Management Response Matrix|").running("Management response: Lamps mid-term\t\t4 May 2031")
    return word.table(
        ["|Evaluation title/year:|", "Mid-term evaluation of Safe Harbours. Evaluation conducted 2030-2031.", "", "",
         ""],
        ["|Person or entity responsible for completing the matrix|", "Harbour manager, Port Azure", "", "", ""],
        ["|Overall comment on the evaluation process|", ["We thank the team.", "The dates were short."], "", "", ""],
        [["|Evaluation recommendation 1:| Light the outer quay.", "|Rationale:| Boats run aground."]],
        ["|Recommendation to:| Port management", "", "", "|Priority level (1 to 3):| 2", ""],
        [["|Management response (Accept/Partially Accept/Reject)|",
          "Port management partially accepts the recommendation. Only forty lamps can be bought.",
          "The others follow when funds allow."]],
        HEADS,
        UNDER,
        ["Buy forty lamps", "30 June 2031", "Quay unit with support of the store", "Tender is out.", "Initiated"],
        ["Teach the night watch", "Q4 2031", "Head of watch; Legal unit", "", ""],
        ["", "", "", "", ""],
        [["|Evaluation recommendation 2:| Close the inner quay.", "|Rationale:|"]],
        ["|Recommendation to:|", "", "", "|Priority level (1 to 3):|", ""],
        [["|Management response (Accept/Partially Accept/Reject)|", "Port management does not accept it: too dear."]],
        HEADS,
        UNDER,
        ["", "", "", "", ""],
        merge=[(0, 1, 0, 4), (1, 1, 1, 4), (2, 1, 2, 4), (4, 0, 4, 2), (4, 3, 4, 4), (6, 3, 6, 4),
               (6, 0, 7, 0), (6, 1, 7, 1), (6, 2, 7, 2)],
    )  # fmt: skip


def french_tables() -> Word:
    """The older form in French, a table for each recommendation, labels above their values."""
    word = Word("# Matrice de suivi de la réponse de la direction")
    word.table(
        ["|Titre/année de l’évaluation\u00a0:| Évaluation finale du projet Phares, 2030"],
        ["|Personne ou entité chargée de remplir la matrice de suivi de la réponse de la direction\u00a0:| "
         "La cheffe de projet, Port-Bleu"],
        ["|Commentaire général sur le processus d’évaluation\u00a0:| Le rapport est utile."],
        ["|Date de la réponse\u00a0:| 3 mai 2031"],
    )  # fmt: skip
    word.say("").table(
        ["|Recommandation de l’évaluation n°\u00a01\u00a0:|"],
        ["Éclairer le quai extérieur."],
        ["|Justification\u00a0:|"],
        ["Les bateaux s’échouent."],
        ["|Recommandation adressée à\u00a0:|", "|Niveau de priorité (1 à 3)\u00a0:|", "", "", ""],
        ["La direction du port", "1 (urgent)", "", "", ""],
        ["|Réponse de la direction (Acceptée/Partiellement acceptée/Rejetée)|"],
        ["La direction accepte la recommandation. Quarante lampes seront achetées."],
        ["|Mesures clés|", "|Délai ou échéance|", "|Personne ou unité(s) responsable(s)|",
         "|Commentaires ou mesures prises|", "|Statut|"],
        ["1.1 Acheter quarante lampes", "30 juin 2031", "Unité des quais avec l’appui du magasin", "", "En cours"],
        ["1.2 Former la garde de nuit", "d’ici fin 2031", "Chef de garde", "Formation prévue.", "Non engagée"],
        merge=[(4, 1, 4, 4), (5, 1, 5, 4)],
    )  # fmt: skip
    return word.say("").table(
        ["|Recommandation de l’évaluation n°\u00a02\u00a0:| Fermer le quai intérieur."],
        ["|Recommandation adressée à\u00a0:| La direction", "|Niveau de priorité (1 à 3)\u00a0:| 3", "", "", ""],
        ["|Réponse de la direction (Acceptée/Partiellement acceptée/Rejetée)| La direction n’accepte pas cette "
         "recommandation, faute de moyens."],
        merge=[(1, 1, 1, 4)],
    )  # fmt: skip


def spanish_table() -> Word:
    """The older form in Spanish with other wordings, a row for each label."""
    return Word("|MATRIZ DE RESPUESTA DE LA ADMINISTRACIÓN|").table(
        ["|Título/año de la evaluación|", "Evaluación intermedia de Puertos Seguros (2030)", "", ""],
        ["|Persona o entidad responsable de completar la matriz de seguimiento|", "Oficina de Puerto Azul", "", ""],
        ["|Comentario general sobre el proceso de evaluación|", "Buen trabajo.", "", ""],
        ["|Fecha|", "mayo de 2031", "", ""],
        ["|Recomendación 1|", "Iluminar el muelle exterior.", "", ""],
        ["|Justificación|", "Los barcos encallan.", "", ""],
        ["|Recomendación dirigida a|", "Dirección del puerto", "", ""],
        ["|Nivel de prioridad|", "Alta", "", ""],
        ["|Respuesta de la administración (Aceptar/Aceptar parcialmente/Rechazar)|",
         ["Se acepta parcialmente.", "No todos los muelles necesitan luz."], "", ""],
        ["|Acción clave|", "|Plazo o fecha límite|", "|Persona o unidad(es) responsable(s)|", "|Estado|"],
        ["a) Comprar cuarenta lámparas", "30 de junio de 2031", "Unidad de muelles; Jefe de guardia", "En curso"],
        ["b) Formar a la guardia nocturna", "segundo semestre de 2031", "Jefe de guardia", ""],
        merge=[(row, 1, row, 3) for row in range(9)],
    )  # fmt: skip


def lettered_list() -> Word:
    """The current form in one table; actions typed as a), b), and follow-up filled in."""
    return Word(
        "|MANAGEMENT RESPONSE AND ACTION PLAN MATRIX|", "", "|Evaluation of the Safe Harbours programme|",
        "|Name and function of the management response coordinator (MR coordinator):| A. Quay, Port Azure",
        "|Date of publication:| 3 May 2031", "|Overall comment on evaluation process (optional):|",
    ).table(
        [""],
        [["|Evaluation recommendation # 1:| Light the outer quay.", "", "The following should be done:",
          "- Buy lamps", "-- of two kinds", "-- with spare parts", "- Teach the watch"]],
        ["|Responsible unit(s):| Quay unit; Legal Unit and Port Office"],
        [["|Management response - accept/partially accept/reject:| The Quay unit agrees with the recommendation. ",
          "", "It will buy lamps.", "|Key actions:|", "The unit will:", "a) Buy forty lamps (by 30 June 2031).",
          "b) Teach the night watch, with the store (Quay unit, Q4 2031)", "c) Report on the wreck of 2029", ""]],
        [["|Implementation monitoring status - discarded/open/completed:| (Time 2) Open",
          "|Comments on implementation status:| (Time 2) Thirty lamps were bought.", "Ten are on their way.",
          "? These fields are to be completed by the responsible unit(s)."]],
        [["|Final implementation monitoring status - discarded/open/completed: (Time 3)|",
          "|Final comments on implementation status: (Time 3)|"]],
        [""],
        ["|Evaluation recommendation # 2:| Close the inner quay."],
        ["|Responsible unit(s):|"],
        [["|Management response – accept/partially accept/reject:| Rejected. It is too dear.", "|Key actions:| N/A"]],
        [["|Implementation monitoring status – discarded/open/completed: (Time 2)| discarded/open/completed",
          "|Comments on implementation status: (Time 2)|"]],
        [["|Final implementation monitoring status – discarded/open/completed: (Time 3)|",
          "|Final comments on implementation status: (Time 3)|"]],
    )  # fmt: skip


def french_list() -> Word:
    """The current form in French, a table for each recommendation, label cells beside value cells."""
    word = Word(
        "# Matrice de réponse de la direction et plan d’action", "|Évaluation du programme Phares|",
        "|Nom et fonction du coordonnateur de la réponse de la direction\u00a0:| B. Quai, Port-Bleu",
        "|Date de publication\u00a0:| mai 2031",
        "|Commentaire général sur le processus d’évaluation (facultatif)\u00a0:| Rapport utile.",
    )  # fmt: skip
    word.table(
        ["|Recommandation n° 1|", "Éclairer le quai extérieur."],
        ["|Unité(s) responsable(s)|", "Unité des quais et Direction du port"],
        ["|Réponse de la direction – acceptée/partiellement acceptée/rejetée|",
         ["La recommandation est pertinente et acceptée.", "Quarante lampes seront achetées.", "|Actions clés\u00a0:|",
          "- Acheter quarante lampes (d’ici juin 2031, sous réserve de la disponibilité des fonds)",
          "- Former la garde de nuit (2031 – 2032).", "- "]],
        ["|État de la mise en œuvre – abandonnée/ouverte/achevée (Temps 2)|", "Achevée"],
        ["|Commentaires sur l’état de la mise en œuvre (Temps 2)|", "Tout est fait."],
        ["|État final de la mise en œuvre – abandonnée/ouverte/achevée (Temps 3)|", ""],
        ["|Commentaires finaux sur l’état de la mise en œuvre (Temps 3)|", ""],
    )  # fmt: skip
    return word.say("").table(
        ["|Recommandation n° 2|", "Fermer le quai intérieur."],
        ["|Unité(s) responsable(s)|", "Unité juridique"],
        ["|Réponse de la direction – acceptée/partiellement acceptée/rejetée|",
         ["Partiellement acceptée", "Le quai reste ouvert en été.", "|Actions clés\u00a0:|",
          "1) Fermer le quai en hiver. Échéance : décembre 2031. Responsable : Unité des quais"]],
        ["|État de la mise en œuvre – abandonnée/ouverte/achevée (Temps 2)|",
         "? Indiquez si la mise en œuvre de la recommandation est abandonnée, ouverte ou achevée."],
    )  # fmt: skip


def spanish_paragraphs() -> Word:
    """The current form in Spanish without any table."""
    return Word(
        "|MATRIZ DE RESPUESTA DE LA DIRECCIÓN Y PLAN DE ACCIÓN|", "|Evaluación del programa Puertos Seguros|",
        "|Nombre y cargo del coordinador de la respuesta de la dirección:| C. Muelle, Puerto Azul",
        "|Fecha de publicación:| 3 de mayo de 2031", "|Recomendación de la evaluación N.º 1:| Iluminar el muelle.",
        "Los barcos encallan de noche.", "|Unidad(es) responsable(s):| Unidad de muelles",
        "|Respuesta de la dirección - aceptar/aceptar parcialmente/rechazar:| La dirección acepta la recomendación.",
        "Se comprarán lámparas.", "|Acciones clave:|", "1.1 Comprar cuarenta lámparas (a más tardar en junio de 2031)",
        "1.2 Formar a la guardia nocturna (2031-2032, sujeto a la disponibilidad de fondos).",
        "|Estado de la implementación - descartada/abierta/completada (Tiempo 2):| Abierta",
        "|Comentarios sobre el estado de la implementación (Tiempo 2):|",
        "|Estado final de la implementación - descartada/abierta/completada (Tiempo 3):| Completada",
        "|Comentarios finales sobre el estado de la implementación (Tiempo 3):| Terminado en 2032.",
        "|Recomendación de la evaluación N.º 2:| Cerrar el muelle interior.", "|Unidad(es) responsable(s):|",
        "|Respuesta de la dirección - aceptar/aceptar parcialmente/rechazar:| No se acepta la recomendación.",
    )  # fmt: skip


def nested_table() -> Word:
    """The current form with the actions as a table within the response, and guidance left everywhere."""
    return Word("|Evaluation of Lighthouses|").table(
        [["|Evaluation recommendation # 1:| Paint the tower.", "? Copy the recommendation from the report."]],
        ["|Responsible unit(s):| ? Insert the unit(s)"],
        [["|Management response - accept/partially accept/reject:| ? Indicate if the recommendation is accepted, "
          "partially accepted or rejected.", "Management accepts this recommendation in principle.", "|Key actions|",
          [["|Action|", "|Deadline|", "|Responsible|"], ["Buy paint", "31 March 2031", "Store"],
           ["Paint", "ongoing", "Keeper, with support from Quay unit"]]]],
        [["|Implementation monitoring status - discarded/open/completed:| ? (Time 2) Complete this field when "
          "following up. Completed should be used if all is done.",
          "|Comments on implementation status:| ? (Time 2) Add brief explanations."]],
    )  # fmt: skip


def wide_table() -> Word:
    """A form of no organisation: one wide table, a row for each action, recommendations merged over theirs."""
    return Word("|Management response to the evaluation of Lighthouses, 2030|").table(
        ["|No.|", "|Recommendation|", "|Management response|", "|Action|", "|Deadline|", "|Responsible|", "|Status|"],
        ["1", "Paint the tower.", "Accepted", "Buy paint", "31 March 2031", "Store", "Completed"],
        ["", "", "", "Paint", "2031", "Keeper", "In progress"],
        ["2", "Sell the boat.", "Management rejects this.", "", "", "", ""],
        merge=[(1, 0, 2, 0), (1, 1, 2, 1), (1, 2, 2, 2)],
    )  # fmt: skip


def prefilled() -> Word:
    """What an evaluator hands over: recommendations, and nothing answered."""
    return Word().table(
        ["|Evaluation title/year:| Lighthouses / 2030"],
        ["|Person or entity responsible for completing the management follow-up response matrix:|"],
        ["|Overall comment on evaluation process:|"],
    ).say("").table(
        [["|Evaluation recommendation 1:| Paint the tower.", "|Rationale:| It rusts."]],
        ["|Recommendation to:| Keeper", "|Priority level (1 to 3):| 1", "", "", ""],
        ["|Management response (Accept/Partially Accept/Reject)|"],
        HEADS, UNDER, ["", "", "", "", ""],
        merge=[(1, 1, 1, 4), (3, 3, 3, 4)],
    ).say("").table(
        [["|Evaluation recommendation 3:| Sell the boat."]],
        ["|Recommendation to:|", "|Priority level (1 to 3):|", "", "", ""],
        ["|Management response (Accept/Partially Accept/Reject)|"],
        HEADS, UNDER, ["", "", "", "", ""],
        merge=[(1, 1, 1, 4), (3, 3, 3, 4)],
    )  # fmt: skip


def crowded_cells() -> Word:
    """The older form with several actions in one row, split rows, and a table that goes on without its heads."""
    word = Word("|Evaluation title/year: Lighthouses, 2030-2031|").table(
        ["|Recommendation 1.| Paint the tower.", "", "", "", ""],
        ["|Recommendation to:|", "|Priority level|", "", "", ""],
        ["Keeper; Port office", "Medium", "", "", ""],
        ["|Management response:| The Keeper accepts the recommendation, but rejects the colour.", "", "", "", ""],
        HEADS, UNDER,
        [["1. Buy paint", "2. Buy brushes"], ["1 May 2031", "1 June 2031"], "Store", "", "Not initiated"],
        ["3. Paint", "end of 2031", "Keeper", "", "Completed in August 2031"],
        ["", "", "with support of Quay unit", "", ""],
        merge=[(0, 0, 0, 4), (1, 1, 1, 4), (2, 1, 2, 4), (3, 0, 3, 4), (4, 3, 4, 4)],
    )  # fmt: skip
    return word.say("").table(
        ["4. Clean up", "2032", "Keeper", "Started.", "? choose from: initiated; not initiated; completed"],
    )
