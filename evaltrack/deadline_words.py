"""The words of deadlines in English, French and Spanish, without accents; the letters are told in
``evaltrack.deadline_tokens``. An underscore joins the words of a phrase.
"""

EARLY, MIDDLE, END = 1, 2, 3

MONTHS = {
    1: "january jan janvier janv enero ene",
    2: "february feb febr fevrier fevr fev febrero",
    3: "march mar mars marzo",
    4: "april apr avril avr abril abr",
    5: "may mai mayo",
    6: "june jun juin junio",
    7: "july jul juillet juil julio",
    8: "august aug aout agosto ago",
    9: "september sept sep septembre septiembre setiembre",
    10: "october oct octobre octubre",
    11: "november nov novembre noviembre",
    12: "december dec decembre diciembre dic",
}
# French "sept" (seven) and Spanish "once" (eleven) are left out: they are September and "once" as well.
NUMBERS = {
    1: "one un une una uno",
    2: "two deux dos",
    3: "three trois tres",
    4: "four quatre cuatro",
    5: "five cinq cinco",
    6: "six seis",
    7: "seven siete",
    8: "eight huit ocho",
    9: "nine neuf nueve",
    10: "ten dix diez",
    11: "eleven onze",
    12: "twelve douze doce",
    15: "fifteen quinze quince",
    18: "eighteen dix_huit dieciocho",
    20: "twenty vingt veinte",
    24: "twenty_four vingt_quatre veinticuatro",
    30: "thirty trente treinta",
    36: "thirty_six trente_six treinta_y_seis",
    60: "sixty soixante sesenta",
    90: "ninety quatre_vingt_dix noventa",
}
ORDINALS = {
    1: "first premier premiere primer primero primera i",
    2: "second seconde deuxieme segundo segunda ii",
    3: "third troisieme tercer tercero tercera iii",
    4: "fourth quatrieme cuarto cuarta iv",
    -1: "last dernier derniere ultimo ultima",
}
# Months when positive, days when negative; 0 is a working day, which has no fixed length.
UNITS = {
    -1: "day jour dia",
    -7: "week semaine semana",
    0: "working_day business_day jour_ouvrable dia_habil",
    1: "month mois mes",
    3: "quarter trimestre",
    4: "cuatrimestre",
    6: "half half_year semester semestre",
    12: "year yr calendar_year an annee ano",
}
PLURALS = {
    -1: "days jours dias",
    -7: "weeks wks semaines semanas",
    0: "working_days business_days jours_ouvrables jours_ouvres dias_habiles dias_laborables",
    1: "months mths meses",
    3: "quarters trimestres",
    4: "cuatrimestres",
    6: "halves semesters semestres",
    12: "years yrs ans annees anos",
}
PARTS = {
    EARLY: "early beginning_of start_of debut principios comienzos inicio_de inicios",
    MIDDLE: "mid middle mi milieu mediados",
    END: "end late close_of fin final_de final_del finales fines",
}
PHRASES = {
    "f": """from as_of as_from starting starts start to_start beginning to_begin begin begins commencing
        to_commence effective with_effect_from since not_before no_earlier_than not_earlier_than
        no_sooner_than a_partir a_compter des depuis debutant a_commencer pas_avant au_plus_tot
        at_the_earliest desde a_contar comenzando iniciando inicio a_comenzar a_iniciar no_antes
        como_muy_pronto""",
    ">": "onward onwards and_onward and_onwards and_beyond et_au_dela en_adelante y_en_adelante y_mas_alla",
    "b": "before prior_to ahead_of avant avant_que antes",
    "a": "after following apres suivant suivants suite_a a_la_suite despues tras luego siguientes_a",
    "l": """by on_or_before no_later_than not_later_than latest_by until till through up_to completed_by
        d_ici d_ici_a jusqu jusque jusqu_a jusqu_en jusqu_au pas_plus_tard_que
        hasta hasta_el no_mas_tarde""",
    "g": "at during upon when once lors pendant durante cuando una_vez al_momento",
    "t": "to au al",
    "A": "a",
    "&": "and or et ou y o",
    "w": "between entre",
    "O": "of de du d del",
    "N": "next prochain prochaine proximo proxima que_viene",
    "M": """the_next coming upcoming a_venir prochains prochaines proximos proximas venideros
        les_prochains les_prochaines""",
    "H": "this current ce cet cette este esta presente corriente",
    "r": "every each chaque tous_les toutes_les cada todos_los todas_las",
    "T": "times twice once_a once_per twice_a fois veces vez",
    "R": """regular regularly on_a_regular_basis recurring recurrent periodically rolling annual an_annual
        annually yearly monthly quarterly weekly daily semi_annual semi_annually half_yearly
        biannual biannually
        as_needed as_required as_and_when_needed as_and_when_required
        regulier reguliere regulierement periodiquement annuel annuelle annuellement mensuel mensuelle
        mensuellement trimestriel trimestrielle trimestriellement semestriel semestrielle au_besoin
        selon_les_besoins selon_besoin
        regularmente periodicamente anual anualmente mensual mensualmente trimestral trimestralmente
        semestral semestralmente segun_sea_necesario segun_necesidad""",
    "c": """ongoing on_going an_ongoing on_an_ongoing_basis on_a_continuous_basis continuous continuously
        continual continually continue continued continuing permanent permanently throughout
        continu en_continu en_cours permanente en_permanence de_facon_continue de_maniere_continue
        tout_au_long
        continuo continua continuamente en_curso de_manera_continua de_forma_continua permanentemente
        de_forma_permanente de_manera_permanente a_lo_largo""",
    "i": """immediate immediately with_immediate_effect now right_now right_away at_once from_now_on
        asap a_s_a_p as_soon_as_possible as_soon_as_feasible as_early_as_possible at_the_earliest_opportunity
        at_the_earliest_possible urgent urgently without_delay promptly
        immediat immediatement des_que_possible des_maintenant des_a_present sans_delai
        sans_attendre le_plus_tot_possible au_plus_vite dans_les_meilleurs_delais
        dans_les_plus_brefs_delais a_partir_de_maintenant
        inmediato inmediata inmediatamente de_inmediato de_forma_inmediata de_manera_inmediata
        con_efecto_inmediato lo_antes_posible cuanto_antes tan_pronto_como_sea_posible a_la_brevedad
        a_la_mayor_brevedad sin_demora urgente a_partir_de_ahora desde_ya""",
    "h": """short_term near_term medium_term mid_term long_term short_to_medium_term medium_to_long_term
        in_the_near_future in_due_course soon
        court_terme moyen_terme long_terme prochainement bientot en_temps_voulu
        corto_plazo mediano_plazo medio_plazo largo_plazo proximamente a_su_debido_tiempo""",
    "?": """tbd tba tbc to_be_determined to_be_decided to_be_confirmed tentative tentatively provisional
        provisionally indicative funds_permitting funding_permitting resources_permitting
        a_determiner a_definir a_confirmer provisoire
        por_determinar por_definir por_confirmar provisoria""",
    "s": """subject_to depending depending_on dependent_on dependant_on conditional_on conditional_upon
        conditioned_on contingent_on contingent_upon if provided pending based_on_availability
        upon_availability when_funds when_funding once_funds once_funding once_resources as_soon_as
        as_funds as_funding as_resources
        sous_reserve si selon en_fonction a_condition sous_condition pourvu_que des_que
        des_disponibilite dans_la_mesure
        sujeto_a sujeta_a si segun en_funcion dependiendo condicionado_a condicionada_a siempre_que
        siempre_y_cuando cuando_haya en_cuanto en_la_medida""",
    "j": """approval approved adoption issue issuance publication response management clearance endorsement
        signature signing validation date matrix
        approbation adoption reponse direction emission
        aprobacion adopcion publicacion respuesta gerencia firma validacion emision fecha matriz""",
    "E": """project programme program phase evaluation review meeting board committee conference session
        election elections workshop closure completion launch inception implementation cycle recruitment
        funding strategy plan report extension agreement design proposal budget assembly council training
        projet programmes reunion comite conseil atelier cloture achevement lancement mise_en_oeuvre
        recrutement financement strategie rapport accord formation assemblee
        proyecto programa fase evaluacion revision consejo taller cierre lanzamiento ejecucion
        implementacion ciclo contratacion financiacion financiamiento estrategia informe acuerdo propuesta
        presupuesto asamblea capacitacion""",
    # Words that change nothing about the day.
    "": """the in on le la les el los las l s qu within over for per par por para pour dans sous en due
        due_date deadline time time_frame timeframe timeline target target_date planned expected foreseen
        scheduled approximately approx about around circa at_the_latest at_latest latest cob
        close_of_business maximum max at_most less_than from_now from_today as_late_as to_be_completed
        to_be_finalized to_be_finalised to_be_implemented calendar period biennium effort efforts basis
        process action actions in_the_course_of environ vers courant au_cours_de au_cours_du au_cours_des
        dans_le_courant_de echeance delai delais dans_un_delai un_delai_de date_limite au_plus_tard
        au_maximum maximal moins_de calendaires periode exercice_biennal biennal a_l_horizon hacia alrededor
        en_un_plazo un_plazo_de plazo fecha_limite a_mas_tardar como_maximo menos_de dentro dentro_de
        en_el_transcurso_de naturales periodo bienio a_fecha_de monday tuesday wednesday thursday friday
        saturday sunday lundi mardi mercredi jeudi vendredi samedi dimanche lunes martes miercoles jueves
        viernes sabado domingo""",
}
# Phrases of two tokens. French "sept" is seven only beside a unit, "en cours" is "this" only after one.
PAIRS = {
    "annee_en_cours": ("H", 0, "annee"),
    "ano_en_curso": ("H", 0, "ano"),
    "mois_en_cours": ("H", 0, "mois"),
    "mes_en_curso": ("H", 0, "mes"),
    "eoy": ("p", END, "year"),
    "eom": ("p", END, "month"),
    "eoq": ("p", END, "quarter"),
    "sept_jours": ("n", 7, "jours"),
    "sept_semaines": ("n", 7, "semaines"),
    "sept_mois": ("n", 7, "mois"),
    "sept_ans": ("n", 7, "ans"),
}
