"""Text of the form that tells what to fill in: it is never an answer, whoever left it there."""

import re

from responses.matrix.readers.labels import folded
from responses.matrix.readers.lines import Line

# What only forms say.
_FORM = re.compile(
    r"\W*(?:"
    r"click (?:or tap )?(?:here )?to (?:enter|insert|add)|(?:click|tap) (?:here|or tap)|choose an item"
    r"|cliquez (?:ou appuyez )?ici|choisissez un element|haga clic (?:o pulse )?aqui|elija un elemento"
    r"|\[?(?:insert|please (?:insert|complete|fill|indicate|specify|add|provide|describe|select|choose)"
    r"|to be (?:completed|filled)(?: in| out)? (?:by|at|when|during|later)|complete this field|fill in this"
    r"|use (?:the|this) field|add brief|(?:please )?indicate (?:if|whether)|specify the final status"
    r"|(?:these|the .{0,12}) fields? (?:are|is|should) "
    r"|choose (?:from|one)|select (?:from|one))\b"
    r"|\[?(?:inserer|veuillez|indique[rz] si|a (?:remplir|completer) (?:par|lors|au)|remplir ce champ"
    r"|completer ce champ"
    r"|renseigner ce champ|utiliser? ce champ|preciser l'etat final|(?:ces|les) champs .{0,30}doivent"
    r"|ajouter (?:de )?br|choisir (?:parmi|entre|une option))"
    r"|\[?(?:insertar|inserte|indi(?:que|car) si|por favor|sirvase|a (?:completar|rellenar|llenar) por"
    r"|(?:complete|llene|rellene|utilice)"
    r" (?:este|el) campo|especifique el estado final|estos campos|los campos .{0,30}deben|anada breves"
    r"|agregue breves"
    r"|elija (?:entre|una)|seleccione (?:una|entre))"
    r")"
)
# What forms say as well, and people seldom in a status or a comment.
_ASKING = re.compile(
    r"\W*(?:complete|indicate|specify|describe|add|provide|explain|state|enter|list|mention|note:|e\.g\."
    r"|for instance"
    r"|indiquer|indiquez|preciser|precisez|decrire|decrivez|ajouter|ajoutez|fournir|expliquer|remplir"
    r"|completer"
    r"|par exemple|indique|especifique|describa|anada|agregue|proporcione|explique|complete|rellene"
    r"|por ejemplo)\b"
)
_PLACEHOLDER = re.compile(r"\W*(?:\[[^\]^]{2,200}\]|<[^<>]{2,200}>|x{3,}|_{3,}|\.{4,}|…+|tbc\??)\W*")


def is_guidance(line: Line, *, follows_up: bool = False) -> bool:
    """Whether a line tells what to fill in: by its look (grey and italic), by its words, or as a placeholder.

    ``follows_up`` is for the fields of monitoring, where a call to do something is not an answer.
    """
    words = folded(line.text).strip()
    if not words:
        return False
    look = line.paragraph
    if look.grey and look.italic:
        return True
    if _FORM.match(words) or _PLACEHOLDER.fullmatch(words):
        return True
    asks = bool(_ASKING.match(words))
    return asks and (look.grey or (follows_up and (look.italic or _speaks_of_the_form(words))))


def _speaks_of_the_form(words: str) -> bool:
    return bool(
        re.search(
            r"\b(?:this field|these fields|management response|the response|key actions?|status of the"
            r"|the final status"
            r"|ce champ|ces champs|reponse de la direction|actions? cles?|este campo|estos campos"
            r"|acciones? clave)\b",
            words,
        )
    )
