"""Phrases by which people decide, promise and ask, and the dates that they name."""

import re

from domain.terms import fold

DECIDED = re.compile(
    r"\b(?:"
    r"we(?:'ve| have)? (?:decided|agreed|settled)|we(?:'re| are) going with|"
    r"(?:it is|it's|that is|that's) (?:decided|agreed|settled)|the decision is|"
    r"decision:|let's go with|final decision|"
    r"(?:hemos|se ha) (?:decidido|acordado)|decidimos|acordamos|queda (?:decidido|acordado)|"
    r"la decision es|"
    r"(?:nous avons|on a) (?:decide|convenu|tranche)|c'est decide|la decision est|"
    r"wir (?:haben (?:uns )?.{0,40}(?:entschieden|beschlossen|geeinigt|vereinbart)|"
    r"entscheiden uns|beschliessen|einigen uns)|beschlossen|"
    r"(?:nos )?(?:decidimos|concordamos|combinamos)|ficou (?:decidido|combinado|acordado)|"
    r"a decisao e|"
    r"abbiamo (?:deciso|concordato|stabilito)|e deciso|la decisione e|siamo d'accordo"
    r")\b"
    r"|に決(?:め|ま)|と決(?:め|ま)|决定|決定"
)

PROMISED = re.compile(
    r"\b(?:"
    r"i(?:'ll| will| am going to|'m going to)|i can take|i take care|"
    r"(?:yo )?me encargo|voy a|lo hare|me ocupo|"
    r"je (?:vais|m'en occupe|m'occupe|ferai|prends)|"
    r"ich (?:werde|kummere mich|mache|ubernehme|schicke|schreibe)|"
    r"(?:eu )?(?:vou|fico de|me encarrego)|"
    r"(?:io )?(?:mi occupo|ci penso|faro|mandero|me ne occupo)"
    r")\b"
)

ASKED = re.compile(
    r"\b(?:"
    r"action item|to-?do:|(?:can|could|would|will) you (?:please )?\w+|please \w+|"
    r"(?:you|we|somebody|someone) (?:need|needs|have|has) to|"
    r"(?:puedes|podrias|podria usted|tienes que|tenemos que|hay que|por favor)|"
    r"(?:peux-tu|pouvez-vous|pourrais-tu|pourriez-vous|il faut|tu dois|on doit|s'il (?:te|vous) "
    r"plait)|"
    r"(?:kannst du|konnen sie|konntest du|konnten sie|wir mussen|du musst|bitte)|"
    r"(?:voce pode|podes|poderia|precisamos|temos que|e preciso)|"
    r"(?:puoi|potresti|potrebbe|dobbiamo|bisogna|per favore)"
    r")\b"
)

NAMED = r"(?:{name}) (?:will|is going to|has to|needs to|should|va a|se encarga|tiene que|va|doit|"
NAMED += (
    r"s'en occupe|fera|wird|soll|muss|kummert|ubernimmt|vai|tem que|fica de|si occupa|deve|fara)\b"
)

_DAYS = (
    "monday tuesday wednesday thursday friday saturday sunday lunes martes miercoles jueves "
    "viernes sabado domingo lundi mardi mercredi jeudi vendredi samedi dimanche montag dienstag "
    "mittwoch donnerstag freitag samstag sonntag segunda-feira terca-feira quarta-feira "
    "quinta-feira sexta-feira lunedi martedi mercoledi giovedi venerdi domenica"
).replace(" ", "|")
_MONTHS = (
    "january february march april may june july august september october november december enero "
    "febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre janvier "
    "fevrier mars avril mai juin juillet aout septembre octobre novembre decembre januar februar "
    "marz juni juli oktober dezember janeiro fevereiro marco maio junho julho setembro outubro "
    "novembro dezembro gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre"
).replace(" ", "|")
DUE = re.compile(
    r"(?:\b(?:by|before|until|on|next|this|para el|antes del?|hasta el|el|avant|d'ici|pour|le|"
    r"bis(?: zum)?|vor|am|nachsten?|ate|antes de|na|no|entro|prima di|per)\s+)?"
    rf"(?:\b(?:next |this |end of |the )*(?:{_DAYS})(?:\s+(?:morning|afternoon|evening))?\b|"
    rf"\b\d{{1,2}}(?:st|nd|rd|th|\.)?\s+(?:of |de |di )?(?:{_MONTHS})\b|"
    rf"\b(?:{_MONTHS})\s+\d{{1,2}}(?:st|nd|rd|th)?\b|"
    r"\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}[./]\d{1,2}(?:[./]\d{2,4})?\b|"
    r"\b(?:today|tonight|tomorrow|(?:the )?end of (?:the |this )?(?:day|week|month|quarter|year)|"
    r"next (?:week|month|quarter|year)|hoy|manana|la semana que viene|la proxima semana|"
    r"fin de (?:semana|mes)|aujourd'hui|demain|la semaine prochaine|(?:la )?fin (?:de la semaine|"
    r"du mois)|heute|morgen|nachste woche|ende (?:der woche|des monats)|hoje|amanha|"
    r"(?:a )?(?:semana que vem|proxima semana)|fim (?:da semana|do mes)|oggi|domani|"
    r"(?:la )?(?:settimana prossima|prossima settimana)|fine (?:settimana|mese))\b)"
)


def due_in(text: str) -> str:
    """The date of a text as it was said; empty where none is."""
    folded = fold(text)
    found = DUE.search(folded)
    if found is None:
        return ""
    # Folding keeps the places of all but a few letters, such as ß.
    return text[found.start() : found.end()].strip() if len(folded) == len(text) else found[0]
