"""Fictional evaluation reports as Word files, in three languages and in the shapes that real ones have."""

import io
from typing import Any

from docx import Document

STYLES = {0: "List Bullet", 1: "List Bullet 2"}


def word(*blocks: Any) -> bytes:
    """A Word file: (level, text) is a heading, "- text" an item, "  - text" one below it, a list a table."""
    document = Document()
    for block in blocks:
        if isinstance(block, tuple):
            document.add_heading(block[1], block[0])
        elif isinstance(block, list):
            table = document.add_table(len(block), len(block[0]))
            for row, texts in zip(table.rows, block, strict=True):
                for cell, text in zip(row.cells, texts, strict=True):
                    cell.text = text
        elif block == "\f":
            document.add_page_break()
        elif block.lstrip().startswith("- "):
            document.add_paragraph(block.lstrip()[2:], STYLES[int(block.startswith("  "))])
        else:
            document.add_paragraph(block)
    kept = io.BytesIO()
    document.save(kept)
    return kept.getvalue()


LONG = (
    "The evaluation looked at the ferry service of the northern lagoon between 2021 and 2024, and at what it has "
    "changed for those who live on the outer islands."
)

ENGLISH = (
    (0, "Evaluation of the Lagoon Ferry"),
    "Table of contents",
    "Executive summary\t3",
    "4 Conclusions\t12",
    "5 Recommendations\t14",
    "Annex 1: Case study\t20",
    (1, "Executive summary"),
    LONG,
    (2, "Recommendations"),
    "1. Harbour offices should publish the timetable each season.",
    "2. The Ferry Board should train two more pilots.",
    (1, "1 Introduction"),
    LONG,
    (1, "2 Findings"),
    "Finding 1: The timetable is known to one islander in three, and the harbour offices print it only once a year.",
    "Finding 2: Pilots work longer than the rules allow in the months of the regatta, which has led to two accidents.",
    (1, "4 Conclusions"),
    "Conclusion 1: The service is valued, but those who need it most cannot plan with it. (Findings 1 and 2)",
    "Conclusion 2: Safety rests on too few pilots. (Finding 7)",
    (1, "5 Recommendations"),
    "The recommendations were discussed with the Ferry Board in May.",
    "Recommendation 1: Harbour offices should publish the timetable each month, in both languages of the lagoon.",
    "Linked to conclusion 1",
    "Priority: high",
    "Directed to: Harbour offices",
    "Timeline: by June 2025",
    "Rationale: Islanders plan their weeks by the ferry, and learn of changes on the quay.",
    "- Print it where people shop;",
    "  - in the market hall,",
    "  - at the mill.",
    "- Send it to the schools.",
    "Recommendation 2: The Ferry Board should train two more pilots (conclusion 9).",
    (1, "6 Lessons learned"),
    "Lesson 1: Timetables that are made with the islanders are kept by the pilots. (Finding 1)",
    "Lesson 2: A ferry that is repaired in winter runs in summer.",
    (1, "7 Good practices"),
    "- Skippers’ breakfast: every Monday the crews tell one another what they saw.",
    (1, "Annex 1: Case study of the mill island"),
    LONG,
    (2, "Recommendations"),
    "1. Mend the jetty of the mill.",
    "2. Paint the lighthouse.",
    "3. Count the geese.",
)

FRENCH = (
    (1, "Résumé exécutif"),
    LONG,
    (2, "Recommandations"),
    "1. Publier l’horaire chaque saison.",
    (1, "1. Introduction"),
    LONG,
    (1, "5. Conclusions et recommandations"),
    (2, "5.1 Conclusions"),
    "Conclusion 1 : Le bac est apprécié, mais celles et ceux qui en ont le plus besoin ne peuvent pas s’y fier.",
    (2, "5.2 Recommandations"),
    (3, "Recommandations à la Régie du bac"),
    "Recommandation 1 : Publier l’horaire chaque mois, dans les deux langues de la lagune.",
    "Fondée sur la conclusion 1",
    "Priorité : élevée",
    "Délai : juin 2025",
    "Justification : Les habitants apprennent les changements sur le quai.",
    (3, "Recommandations aux capitaineries"),
    "Recommandation 2 : Former deux pilotes de plus avant la régate (conclusion 4).",
    (1, "6. Enseignements tirés"),
    "1. Un horaire fait avec les habitants est tenu par les pilotes (constat 3).",
    "2. Un bac réparé en hiver navigue en été.",
    (1, "7. Bonnes pratiques"),
    "1. Chaque lundi, les équipages se racontent ce qu’ils ont vu.",
    (1, "Annexe 1 : Étude de cas"),
    (2, "Recommandations"),
    "1. Réparer la jetée du moulin.",
    "2. Compter les oies.",
    "3. Repeindre le phare.",
)

SPANISH = (
    (1, "Resumen ejecutivo"),
    LONG,
    (1, "1. Introducción"),
    LONG,
    (1, "4. Conclusiones"),
    "Conclusión 1: El transbordador se aprecia, pero quienes más lo necesitan no pueden contar con él todavía.",
    (1, "5. Recomendaciones"),
    [
        ["N.º", "Recomendación", "Destinatario", "Prioridad", "Plazo"],
        ["1", "Publicar el horario cada mes, en las dos lenguas de la laguna.", "Capitanías", "Alta", "junio de 2025"],
        ["2", "Formar a dos pilotos más antes de la regata (conclusión 3).", "Junta del Transbordador", "Media", ""],
    ],
    (1, "6. Lecciones aprendidas y buenas prácticas"),
    "Lección 1: Un horario hecho con los isleños lo cumplen los pilotos.",
    "Buena práctica 1: Cada lunes las tripulaciones se cuentan lo que vieron.",
)  # fmt: skip
