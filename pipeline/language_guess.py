"""The language of a caption that does not tell it, by script and by its commonest words."""

import re

_SCRIPTS = (
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("ko", re.compile(r"[\uac00-\ud7af]")),
    ("zh", re.compile(r"[\u4e00-\u9fff]")),
    ("th", re.compile(r"[\u0e00-\u0e7f]")),
    ("he", re.compile(r"[\u0590-\u05ff]")),
    ("el", re.compile(r"[\u0370-\u03ff]")),
)
_COMMON = {
    "en": "the and is of to in that it you we this for are was have with not but they what",
    "es": "el la los las de que y en un una es por con para no se lo como está pero muy",
    "fr": "le la les de des et est un une que qui dans pour pas vous nous avec c'est sur ce je",
    "de": "der die das und ist nicht ein eine ich wir sie es zu den mit auf für auch wie haben",
    "pt": "o a os as de que e em um uma é não para com por se mais como você isso está nós",
    "it": "il lo la gli di che e in un una è non per con si come sono questo anche ma noi",
    "nl": "de het een en is van dat niet ik we zijn met op voor te er maar ook wat",
    "pl": "i w nie na się że to jest z do jak ale co dla tak są czy już",
}
_LEAST_HITS = 2
_LEAST_LEAD = 1.5
_LATE_CHARS = 300
_WORDS = {code: frozenset(common.split()) for code, common in _COMMON.items()}


def guess(text: str, allowed: frozenset[str] = frozenset()) -> str:
    """A primary subtag, one of those allowed if any are; empty where the text does not tell.

    Only the end of a long text counts.
    """
    if len(text) > _LATE_CHARS:
        text = text[-_LATE_CHARS:].partition(" ")[2] or text[-_LATE_CHARS:]
    for code, script in _SCRIPTS:
        if script.search(text):
            return code if not allowed or code in allowed else ""
    words = re.findall(r"[\w']+", text.casefold())
    hits = {
        code: sum(word in common for word in words)
        for code, common in _WORDS.items()
        if not allowed or code in allowed
    }
    ranked = sorted(hits.items(), key=lambda item: -item[1])
    if not ranked or ranked[0][1] < _LEAST_HITS:
        return ""
    second = ranked[1][1] if len(ranked) > 1 else 0
    return ranked[0][0] if ranked[0][1] >= second * _LEAST_LEAD else ""
