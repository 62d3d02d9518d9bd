"""The printed labels of management response forms in English, French and Spanish, as regular expressions.

They are matched against folded text: small letters, no accents, straight quotes, every dash "-". What a label
carries on with (options in brackets, "(optional)", a colon) is the business of ``labels``. The words of the
rule profiles are known besides, so only other wordings need to stand here.
"""

N = r"(?P<number>\d{1,3}(?:\.\d{1,3}){0,2}|[ivx]{1,5}\b|[a-h]\b)"
_NO = r"(?: ?(?:n\.?[°o]\.?|no\.|number|num\.|numero|nr\.?|#))?"
_MATRIX_WORK = (
    r"(?:for |of )?(?:the )?(?:complet|fill|prepar|coordinat|manag)\w*[^:\n]{0,90}"
    r"|(?:de |d'|del? |para )(?:la |el )?(?:complet|rempli|renseign|etabli|elabor|prepar|coordon|coordin"
    r"|llen|"
    r"rellen|cumpliment|diligenc)\w*[^:\n]{0,110}"
)
# Before the name of a follow-up round, with the options in between or not.
_AT_A_TIME = r"(?=[^\n]{0,60}\b(?:time|temps|tiempo|moment|momento) ?-?\d)"
_WHO = r"(?:person|individual|entity|unit|office|personne|entite|unite|bureau|persona|entidad|unidad|oficina)"
_WHOS = rf"{_WHO}(?:s|es|\(s\)|\(es\))?"

# Key -> alternatives by language. Keys are those of the labels of a rule profile, and a few more.
WORDS: dict[str, dict[str, tuple[str, ...]]] = {
    "document_title": {
        "en": (
            r"management(?: follow-up)? response(?: and| &)?(?: follow-up)?(?: action plan)? matrix",
            r"management response and action plan",
            r"template version.*",
        ),
        "fr": (
            r"(?:matrice|tableau)(?: de suivi)?(?: de la| de) reponse de (?:la direction|l'administration)"
            r"(?: et (?:du )?plan d'action)?",
            r"reponse de la direction et plan d'action",
        ),
        "es": (
            r"matriz(?: de seguimiento)?(?: de la| de) respuesta (?:de la (?:direccion|administracion"
            r"|gerencia)"
            r"|administrativa|gerencial)(?: y (?:el )?plan de accion)?",
            r"respuesta de la (?:direccion|administracion) y plan de accion",
        ),
    },
    "evaluation_title": {
        "en": (
            r"(?:evaluation )?title(?: ?(?:/|and|&) ?year)?(?: of (?:the )?evaluation)?(?: ?/ ?year)?",
            r"(?:name|title) of (?:the )?(?:evaluation|evaluated project)(?: ?(?:/|and) ?year)?",
            r"evaluation",
        ),
        "fr": (r"(?:titre|intitule|nom)(?: ?(?:/|et) ?annee)?(?: de l'evaluation)?(?: ?(?:/|et) ?annee)?",),
        "es": (r"(?:titulo|nombre)(?: ?(?:/|y) ?ano)?(?: de (?:la|esta) evaluacion)?(?: ?(?:/|y) ?ano)?",),
    },
    "short_title": {
        "en": (r"short title",),
        "fr": (r"titre (?:abrege|court)",),
        "es": (r"titulo (?:abreviado|corto)",),
    },
    "reference": {
        "en": (r"(?:evaluation )?reference(?: number| no\.?)?",),
        "fr": (r"reference(?: de l'evaluation)?",),
        "es": (r"referencia(?: de la evaluacion)?",),
    },
    "conducted": {
        "en": (r"(?:period|years?|dates?) of (?:the )?evaluation", r"evaluation (?:period|year)"),
        "fr": (r"(?:periode|annees?|dates?) de l'evaluation",),
        "es": (r"(?:periodo|anos?|fechas?) de la evaluacion",),
    },
    "coordinator": {
        "en": (
            r"(?:name(?:,? (?:and|&)? ?(?:the )?(?:function|title|position))? of (?:the )?)?"
            r"(?:management response|mr|response) (?:coordinator|focal point)(?: \(mr coordinator\))?",
            rf"(?:name of )?(?:the )?{_WHOS}(?:,? ?(?:or|and|/) ?{_WHOS})* (?:responsible|in charge)"
            rf" (?:{_MATRIX_WORK})",
            r"(?:response |matrix )?(?:coordinated|completed|prepared|filled in) by",
        ),
        "fr": (
            r"(?:nom(?:,? (?:et|&) (?:la )?(?:fonction|titre|poste))? (?:du|de la|de l') ?)?"
            r"(?:coordonnateur|coordinateur|coordonnatrice|coordinatrice|point focal)(?: ?[/(][^:\n]{1,20})?"
            r" (?:de |pour )?(?:la )?reponse[^:\n]{0,80}",
            rf"{_WHOS}(?:,? ?(?:ou|et|/) ?{_WHOS})* (?:chargee?s?|responsables?) (?:{_MATRIX_WORK})",
            r"(?:reponse |matrice )?(?:coordonnee|remplie|etablie|preparee) par",
        ),
        "es": (
            r"(?:nombre(?:,? (?:y|e) (?:el )?(?:cargo|funcion|puesto|titulo))? (?:del?|de la) )?"
            r"(?:coordinador(?:a|/a|\(a\))?|punto focal)(?: (?:de|para))?(?: la)? respuesta[^:\n]{0,80}",
            rf"{_WHOS}(?:,? ?(?:o|u|y|/) ?{_WHOS})* (?:encargad[ao]s?|responsables?) (?:{_MATRIX_WORK})",
            r"(?:respuesta |matriz )?(?:coordinada|completada|elaborada|preparada) por",
        ),
    },
    "responded_on": {
        "en": (
            r"date of (?:the )?(?:publication|management response|response|issue|completion|submission)"
            r"(?: of (?:the )?(?:management )?response)?",
            r"(?:publication|response|issue) date",
            r"date",
        ),
        "fr": (
            r"date de (?:la )?(?:publication|soumission|finalisation|remise"
            r"|reponse(?: de la direction)?|parution)",
            r"date",
        ),
        "es": (
            r"fecha de (?:la )?(?:publicacion|presentacion|envio|finalizacion"
            r"|respuesta(?: de la (?:direccion|administracion))?|emision)",
            r"fecha",
        ),
    },
    "overall_comment": {
        "en": (r"(?:overall|general) (?:comments?|remarks?|observations?)(?: (?:on|about) [^:\n(]{1,60})?",),
        "fr": (
            r"(?:commentaires?|observations?|remarques?) (?:general|generaux|generales?|d'ensemble|globa\w+)"
            r"(?: (?:sur|concernant|relati\w+) [^:\n(]{1,60})?",
            r"appreciation generale(?: [^:\n(]{1,60})?",
        ),
        "es": (
            r"(?:comentarios?|observaci(?:on|ones)) (?:general(?:es)?|global(?:es)?)"
            r"(?: (?:sobre|acerca|del?|relativ\w+) [^:\n(]{1,60})?",
        ),
    },
    "recommendation": {
        "en": (
            rf"(?:evaluation )?recommendation{_NO} ?{N}",
            rf"rec\.? ?{N}",
            r"r(?P<number>\d{1,2})\b",
            r"evaluation recommendation",
            r"recommendation",
        ),
        "fr": (
            rf"recommandation(?: (?:de l'|d')evaluation)?{_NO} ?{N}(?: de l'evaluation)?",
            r"recommandation(?: (?:de l'|d')evaluation)?",
        ),
        "es": (
            rf"recomendacion(?: (?:de la|de) evaluacion)?{_NO} ?{N}(?: de la evaluacion)?",
            r"recomendacion(?: (?:de la|de) evaluacion)?",
        ),
    },
    "rationale": {
        "en": (r"rationale(?: for (?:the )?recommendation)?", r"justification"),
        "fr": (r"justification(?: de la recommandation)?", r"fondement", r"raison d'etre", r"motifs?"),
        "es": (r"justificacion(?: de la recomendacion)?", r"fundament(?:o|os|acion)", r"motivos?"),
    },
    "sub_points": {
        "en": (r"sub-?points?",),
        "fr": (r"sous-points?",),
        "es": (r"subpuntos?",),
    },
    "directed_to": {
        "en": (
            r"recommendation (?:is )?(?:(?:addressed|directed) )?(?:to|for)",
            r"(?:addressed|directed) to",
            r"addressees?",
        ),
        "fr": (
            r"recommandation (?:(?:adressee|destinee|faite) )?a(?: l'(?:attention|intention) de)?",
            r"recommandation pour",
            r"(?:adressee?|destinee?) a",
            r"a l'(?:attention|intention) de",
            r"destinataires?(?: de la recommandation)?",
        ),
        "es": (
            r"recomendacion (?:(?:dirigida|destinada) )?a",
            r"recomendacion para",
            r"dirigid[ao] a",
            r"destinatari[ao]s?(?: de la recomendacion)?",
        ),
    },
    "responsible_units": {
        "en": (
            r"responsible (?:units?|unit ?\(s\)|offices?|entit(?:y|ies)|department\(?s?\)?)",
            r"(?:units?|unit ?\(s\)|offices?) responsible",
        ),
        "fr": (
            r"(?:unites?|unite ?\(s\)|services?|service ?\(s\)|bureaux?|entites?|entite ?\(s\))"
            r" (?:responsables?|responsable ?\(s\)|chargee?s?)",
        ),
        "es": (
            r"(?:unidad(?:es)?|unidad ?\(es\)|oficinas?|entidad(?:es)?|entidad ?\(es\)|dependencias?)"
            r" (?:responsables?|responsable ?\(s\)|encargadas?)",
        ),
    },
    "priority": {
        "en": (r"priority(?: level| ranking| rating)?", r"level of priority"),
        "fr": (r"(?:niveau|degre) de priorite", r"priorite"),
        "es": (r"(?:nivel|grado) de prioridad", r"prioridad"),
    },
    "timeline": {
        "en": (r"timeline(?: for implementation)?",),
        "fr": (r"calendrier(?: de mise en (?:oe|œ)uvre)?",),
        "es": (r"cronograma", r"calendario(?: de (?:implementacion|aplicacion))?"),
    },
    "management_response": {
        "en": (
            r"management(?:'s)?(?: follow-up)? (?:response|reply)(?: to (?:the )?recommendation)?"
            rf"(?:{_NO} ?\d{{1,2}})?",
            r"response (?:of|from|by) (?:the )?management",
            r"response to (?:the )?recommendation",
        ),
        "fr": (
            r"reponse (?:de la direction|de l'administration|de l'encadrement|du management|de la hierarchie"
            rf"|manageriale)(?: a la recommandation)?(?:{_NO} ?\d{{1,2}})?",
            r"reponse a la recommandation",
        ),
        "es": (
            r"respuesta (?:de la (?:administracion|direccion|gerencia|gestion)|administrativa|gerencial"
            r"|directiva"
            rf"|de gestion|del (?:equipo )?directivo)(?: a la recomendacion)?(?:{_NO} ?\d{{1,2}})?",
            r"respuesta a la recomendacion",
        ),
    },
    "decision": {
        "en": (
            r"(?:management )?(?:decision|position)",
            r"accept(?:ance|ed)?(?: of (?:the )?recommendation)?",
        ),
        "fr": (r"(?:decision|position)(?: de la direction)?", r"acceptation(?: de la recommandation)?"),
        "es": (
            r"(?:decision|posicion)(?: de la (?:direccion|administracion))?",
            r"aceptacion(?: de la recomendacion)?",
        ),
    },
    "narrative": {
        "en": (r"narrative", r"explanation", r"(?:management )?comments? on (?:the )?recommendation"),
        "fr": (r"expose", r"explications?", r"commentaires? sur la recommandation"),
        "es": (r"explicaci(?:on|ones)", r"comentarios? sobre la recomendacion"),
    },
    "key_actions": {
        "en": (
            r"(?:planned |proposed |agreed )?key (?:follow-?up )?(?:actions|activities|measures"
            r"|action ?\(s\))"
            r"(?: (?:planned|to be taken|proposed))?",
            r"(?:planned|proposed|follow-?up|main|agreed) (?:actions|activities)",
            r"actions(?: (?:planned|to be taken|to implement [^:\n]{1,60}))?",
            r"action plan",
        ),
        "fr": (
            r"(?:principales )?(?:actions|mesures|activites|action ?\(s\)) (?:cles?|principales|prevues"
            r"|envisagees|proposees|a prendre|prioritaires|a mener)",
            r"principales (?:actions|mesures|activites)",
            r"actions",
            r"plan d'action",
        ),
        "es": (
            r"(?:principales )?(?:acciones|medidas|actividades|accion ?\(es\)) (?:claves?|principales"
            r"|previstas"
            r"|propuestas|a (?:tomar|adoptar|realizar)|prioritarias|fundamentales|esenciales)",
            r"principales (?:acciones|medidas|actividades)",
            r"acciones",
            r"medidas",
            r"plan de accion",
        ),
    },
    "monitoring": {
        "en": (r"(?:implementation )?(?:monitoring|follow-?up|tracking)(?: of implementation)?",),
        "fr": (r"suivi(?: de (?:la )?mise en (?:oe|œ)uvre| de l'application)?",),
        "es": (r"seguimiento(?: de (?:la )?(?:implementacion|aplicacion|ejecucion))?",),
    },
    "round_status": {
        "en": (
            r"(?P<final>final )?implementation(?: monitoring)? status",
            r"(?P<final>final )?status of (?:the )?implementation",
            r"(?P<final>final) status",
            r"(?:monitoring|follow-?up)(?: of implementation)? ?[-:] ?(?P<final>final )?status",
            r"(?!(?:final )?(?:com+en|observ))[^:\n.]{0,60}\b(?:status|etat|statut|estado|situacion)\b"
            + _AT_A_TIME,
        ),
        "fr": (
            r"suivi de (?:la )?mise en (?:oe|œ)uvre ?[-:] ?(?:etat|statut)(?P<final> final)?",
            r"(?:etat|statut"
            r"|stade)(?P<final> final)?(?: d'avancement)?(?: du suivi)? de (?:la )?mise en (?:oe|œ)uvre"
            r"(?P<final> \(?final\)?)?",
            r"statut(?P<final> final)? du suivi(?: [^:\n(]{1,50})?",
            r"(?:etat|statut)(?P<final> final)",
        ),
        "es": (
            r"(?:estado|situacion)(?P<final> final)? (?:del? )?(?:seguimiento de )?(?:la )?"
            r"(?:implementacion|aplicacion|ejecucion)(?P<final> \(?final\)?)?",
            r"seguimiento de la (?:implementacion|aplicacion|ejecucion) ?[-:] ?estado(?P<final> final)?",
            r"estado(?P<final> final)? (?:de|del) avance(?: de (?:la )?(?:implementacion|ejecucion))?",
            r"estado(?P<final> final)? del seguimiento(?: [^:\n(]{1,50})?",
            r"(?:estado|situacion)(?P<final> final)",
        ),
    },
    "round_comment": {
        "en": (
            r"(?P<final>final )?comments? on (?:the )?(?:final )?(?:implementation|status)[^:\n(]{0,40}",
            r"(?:comments?|commentaires?|observations?|comentarios?"
            rf"|observaciones)\b[^:\n(.]{{0,60}}{_AT_A_TIME}",
        ),
        "fr": (
            r"(?:commentaires?|observations?)(?P<final> fina(?:l|ux|les?))? (?:sur|concernant|relati\w+ a)"
            r" (?:l'etat|le statut|la mise en)[^:\n(]{0,60}",
        ),
        "es": (
            r"(?:comentarios?|observaciones)(?P<final> final(?:es)?)? (?:sobre|acerca del?|relativos al?)"
            r" (?:el |la )?(?:estado|situacion|implementacion|aplicacion)[^:\n(]{0,60}",
        ),
    },
    "notes": {
        "en": (r"notes", r"footnotes"),
        "fr": (r"notes(?: de bas de page)?",),
        "es": (r"notas(?: al pie)?",),
    },
}

# The heads of the columns of a table of key actions.
COLUMNS: dict[str, dict[str, tuple[str, ...]]] = {
    "key_action": {
        "en": (r"(?:planned |proposed |specific )?(?:key )?(?:follow-?up )?(?:actions?|activit(?:y|ies)"
               r"|measures?)"
               r"(?: ?\(s\))?(?: (?:planned|to be taken|required|points?))?",),
        "fr": (r"(?:principales? )?(?:actions?|mesures?|activites?)(?: ?\(s\))?(?: (?:cles?|principales?"
               r"|prevues?"
               r"|envisagees?|proposees?|a prendre|prioritaires?|a mener))?",),
        "es": (r"(?:principales )?(?:acci(?:on|ones)|medidas?|actividad(?:es)?)(?: ?\((?:es|s)\))?"
               r"(?: (?:claves?|principal(?:es)?|previstas?|propuestas?|prioritarias?|fundamental(?:es)?"
               r"|a (?:tomar|adoptar|realizar)))?",),
    },
    "deadline": {
        "en": (r"time ?-?frames?(?: ?(?:or|and|/) ?(?:deadlines?|due dates?))?", r"deadlines?(?: ?(?:or|/) ?"
               r"time ?-?frames?)?", r"time ?lines?(?: ?(?:or|and|/) ?deadlines?)?", r"due(?: date)?",
               r"target dates?",
               r"(?:expected )?completion dates?", r"date of completion", r"schedule", r"by when",
               r"when", r"timing"),
        "fr": (r"delais?(?: (?:ou|et) (?:echeances?|dates? limites?)| d'execution| de mise en (?:oe|œ)uvre)?"
               r"(?: ?/ ?echeances?)?",
               r"(?:calendrier|periode) (?:ou|et) (?:echeances?|dates? limites?|delais?)",
               r"echeances?(?: (?:ou|et) delais?)?", r"echeancier", r"calendrier",
               r"dates? (?:limites?|butoirs?|prevues?|cibles?|d'echeance)"),
        "es": (r"plazos?(?: (?:o|y|de) [^:\n]{1,30})?", r"(?:periodo|calendario"
                                                        r"|marco temporal) o (?:plazo|fecha limite)",
               r"fechas? (?:limite|previstas?|de vencimiento|de finalizacion|tope)(?: o plazo)?",
               r"cronograma",
               r"calendario"),
    },
    "responsible": {
        "en": (r"responsib(?:le|ility)(?: (?:individuals?|persons?|part(?:y|ies)|units?|entit(?:y|ies)"
               r"|offices?"
               r"|staff|departments?)(?: ?\((?:s|ies)\))?)?(?: ?(?:or|and|/|&) ?(?:individuals?|persons?"
               r"|units?|entit(?:y"
               r"|ies)|offices?|departments?)(?: ?\((?:s|ies)\))?)*",
               r"(?:individuals?|persons?|units?|offices?|entit(?:y|ies))(?: ?\(s\))?(?: ?(?:or|and"
               r"|/) ?(?:units?|persons?"
               r"|entit(?:y|ies)|offices?)(?: ?\(s\))?)? responsible", r"who", r"lead(?: unit)?",
               r"action owner"),
        "fr": (r"(?:personnes?|unites?|entites?|services?|bureaux?|individus?)(?: ?\(s\))?(?: ?(?:ou|et"
               r"|/) ?(?:unites?"
               r"|entites?|services?|bureaux?|personnes?)(?: ?\(s\))?)* (?:responsables?"
               r"|chargee?s?)(?: ?\(s\))?",
               r"responsables?(?: ?\(s\))?(?: (?:de l'action|de la mise en (?:oe|œ)uvre))?",
               r"responsabilites?"),
        "es": (r"(?:personas?|unidad(?:es)?|entidad(?:es)?|oficinas?|individuos?)(?: ?\((?:es"
               r"|s)\))?(?: ?(?:o|u|y|/) ?"
               r"(?:unidad(?:es)?|entidad(?:es)?|oficinas?|personas?)(?: ?\((?:es"
               r"|s)\))?)* (?:responsables?|encargadas?)"
               r"(?: ?\(s\))?", r"responsables?(?: ?\(s\))?(?: de la (?:accion|implementacion))?",
               r"responsabilidad(?:es)?"),
    },
    "comment": {
        "en": (r"comments?(?: ?(?:or|and|/|&) ?(?:actions?|steps|measures) taken)?", r"actions? taken",
        r"remarks?",
               r"progress(?: (?:made|update|to date))?", r"(?:status )?updates?"),
        "fr": (r"(?:commentaires?|observations?|remarques?)(?: ?(?:ou|et|/) ?(?:mesures?|actions?)"
               r" (?:prises?|menees?|entreprises?))?",
               r"(?:mesures|actions) (?:prises|menees|entreprises)", r"progres"),
        "es": (r"(?:comentarios?|observaciones)(?: ?(?:o|y|/) ?(?:medidas?|acci(?:on|ones))"
               r" (?:adoptadas?|tomadas?|realizadas?))?",
               r"(?:medidas|acciones) (?:adoptadas|tomadas|realizadas)", r"avances?"),
    },
    "status": {
        "en": (r"(?:implementation |current |progress )?status(?: of implementation)?",),
        "fr": (r"(?:etat|statut|stade)(?: d'avancement| de (?:la )?mise en (?:oe|œ)uvre| d'execution"
               r"| actuel)?",),
        "es": (r"(?:estado|situacion|estatus)(?: de (?:la )?(?:implementacion|aplicacion|ejecucion)| actual"
               r"| de avance)?",),
    },
    "number": {
        "en": (r"no\.?|nr\.?|#|number|ref\.?",),
        "fr": (r"n[°o]\.?|numero",),
        "es": (r"n[°o]\.?|num\.?",),
    },
}  # fmt: skip

# What the options printed beside a label are made of.
OPTION = (
    r"(?:not |non |no |in |en |fully |partially |partly |partiellement |entierement |parcialmente "
    r"|totalmente )?"
    r"(?:accept|agre|reject|rejet|refus|acept|rechaz|discard|descart|abandon|open|ouvert|abiert|clos|cerrad"
    r"|complet|acheve|termin|finaliz|realis|partial|partiel|parcial|pending|progress|cours|curso|ongoing"
    r"|initiated"
    r"|applicable|disagre|yes|oui|si\b|no\b|non\b)[\w()]*(?: (?:partly|partial\w*|partiel\w*|parcial\w*"
    r"|en partie|en parte))?"
)

# Labels of one common word: a label only with a colon, in bold, or when the cell holds nothing else.
WEAK = {
    "evaluation_title", "reference", "responded_on", "decision", "narrative", "timeline", "monitoring",
    "notes",
    "sub_points", "priority", "rationale", "conducted", "short_title", "overall_comment", "directed_to",
    "key_action", "deadline", "responsible", "comment", "status", "number", "key_actions",
    "responsible_units",
}  # fmt: skip
