"""The words of responsible cells in English, French and Spanish: what joins parties, and what names one."""

import re


def _any(*words: str) -> str:
    return "|".join(words)


# What follows them supports, or is coordinated with, whoever was named before.
SUPPORT = _any(
    r"with (?:the )?(?:\w+ )?(?:support|assistance|help|guidance|inputs?|advice|contributions?)"
    r" (?:of|from|by)(?: the)?",
    r"(?:supported|assisted|advised|backed) by(?: the)?",
    r"avec (?:l['’]|le |la |les )?(?:\w+ )?(?:appui|soutien|concours|aide|assistance|contribution)s?(?: \w+)?"
    r" (?:de la|de l['’]|du|des|de|d['’])",
    r"(?:appuyée?s?|soutenue?s?) par(?: (?:le|la|les))?",
    r"con (?:el |la )?(?:apoyo|asistencia|ayuda|contribución)(?: \w+)? (?:del|de la|de los|de las|de|por)",
    r"(?:apoyad|asistid)[oa]s? por(?: (?:el|la|los|las))?",
    r"(?<=, )(?:with|avec|con)(?: (?:the|les?|la|el|los|las))?",
)
_COORDINATION = (
    r"coordination|collaboration|consultation|cooperation|co-operation|partnership|liaison|conjunction"
)
COORDINATION = _any(
    rf"in (?:\w+ )?(?:{_COORDINATION})s? with(?: the)?",
    r"(?:coordinated|coordinating|liaising|consulting|collaborating) with(?: the)?",
    r"under the (?:supervision|guidance|oversight|coordination) of(?: the)?",
    r"en (?:\w+ )?(?:coordination|collaboration|concertation|consultation|coopération|partenariat|liaison)"
    r"(?: \w+)? avec(?: (?:le|la|les)\b| l['’])?",
    r"sous la (?:supervision|coordination|direction) (?:de la|de l['’]|du|des|de|d['’])",
    r"en (?:\w+ )?(?:coordinación|colaboración|consulta|cooperación|concertación|asociación|conjunto)"
    r"(?: \w+)? con(?: (?:el|la|los|las))?",
    r"bajo la (?:supervisión|coordinación) (?:del|de la|de los|de las|de)",
)
# What follows them has the same part as whoever was named before.
ALSO = _any(
    r"(?:together|jointly|along) with(?: the)?",
    r"as well as(?: the)?",
    r"conjointement avec(?: (?:le|la|les)\b| l['’])?",
    r"ainsi que(?: (?:le|la|les)\b| l['’])?",
    r"(?:junto|conjuntamente) con(?: (?:el|la|los|las))?",
    r"así como(?: (?:el|la|los|las))?",
)

# "Lead:", "Appui :" at the start of a line.
LEAD_LABEL = _any(
    r"(?:main |overall )?lead(?: \w+)?", r"(?:main |primary )?responsible(?: \w+)?", r"owner",
    r"chef de file", r"responsables?(?: principal(?:e|es)?)?", r"líder",
)  # fmt: skip
SUPPORT_LABEL = _any(r"support(?:ed by|ing(?: \w+)?)?", r"appui", r"soutien", r"apoyo")
COORDINATION_LABEL = _any(r"coordination", r"coordinación")

AND = r"and|&|et|y|e"

# Words that make a name a person's function: manager, chef, oficial.
PERSON = _any(
    r"managers?", r"officers?", r"coordinators?", r"directors?", r"heads?", r"chiefs?", r"advis[eo]rs?",
    r"specialists?", r"focal points?", r"assistants?", r"representatives?", r"leads?", r"leaders?",
    r"secretary", r"consultants?", r"evaluators?", r"experts?", r"deput(?:y|ies)", r"ministers?",
    r"ambassadors?", r"members?", r"staff", r"personnel", r"colleagues", r"owners?", r"analysts?",
    r"com", r"responsables?", r"chefs?", r"cheffes?", r"direct(?:eur|rice)s?",
    r"coord(?:on|in)at(?:eur|rice)s?", r"conseill(?:er|ère)s?", r"chargée?s?", r"spécialistes?",
    r"gestionnaires?", r"représentante?s?", r"points? foca(?:l|ux)", r"administrat(?:eur|rice)s?",
    r"jef[ea]s?", r"director[ae]?s?", r"coordinador(?:a|es|as)?", r"gerentes?", r"oficial(?:es)?",
    r"asesor(?:a|es|as)?", r"especialistas?", r"encargad[oa]s?", r"representantes?",
    r"puntos? focal(?:es)?",
)  # fmt: skip
# Words that make it a unit or a body: office, équipe, ministerio.
UNIT = _any(
    r"teams?", r"offices?", r"units?", r"departments?", r"divisions?", r"branch(?:es)?", r"sections?",
    r"missions?", r"bureaux?", r"boards?", r"committees?", r"ministr(?:y|ies)", r"headquarters", r"hq",
    r"governments?", r"partners?", r"agenc(?:y|ies)", r"organi[sz]ations?", r"groups?", r"networks?",
    r"secretariats?", r"clusters?", r"desks?", r"services?", r"cent(?:er|re)s?", r"authorit(?:y|ies)",
    r"donors?", r"directorates?", r"councils?", r"commissions?", r"task forces?", r"hubs?",
    r"embass(?:y|ies)", r"stakeholders?", r"counterparts?",
    r"(?:project|programme|program|senior|top|country|office|field) management", r"équipes?", r"unités?",
    r"départements?", r"directions?", r"siège", r"ministères?", r"comités?", r"gouvernements?",
    r"partenaires?", r"secrétariats?", r"agences?", r"délégations?", r"equipos?", r"oficinas?",
    r"unidad(?:es)?", r"departamentos?", r"divisi(?:ón|ones)", r"direcci(?:ón|ones)",
    r"secci(?:ón|ones)", r"servicios?", r"misi(?:ón|ones)", r"sede", r"ministerios?", r"gobiernos?",
    r"socios?", r"secretaría", r"agencias?",
)  # fmt: skip


def pattern(alternatives: str) -> re.Pattern[str]:
    """Any of them as whole words, in capitals or not."""
    return re.compile(rf"(?<![\w-])(?:{alternatives})(?![\w-])", re.IGNORECASE)
