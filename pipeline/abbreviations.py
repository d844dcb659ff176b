"""Words with a full stop that need not end a sentence, by language."""

_EVERYWHERE = "dr. mr. mrs. ms. prof. st. vs. e.g. i.e. approx. gen. col. ca. tel."
_NEVER = {
    "en": "messrs. rev. hon. sgt. capt. lt. gov. sen. rep. mt. ft. est.",
    "es": "sr. sra. srta. sres. dra. ud. uds. d. dña. av. avda. p.ej. aprox. prov. gral. lic.",
    "pt": "sr. sra. srs. dra. profa. exmo. exma. p.ex. av. eng. aprox.",
    "fr": "m. mm. mme. mlle. mgr. me. p.ex. c.-à-d. env. av. bd.",
    "de": "hr. fr. z.b. bzw. d.h. u.a. evtl. ggf. inkl. exkl. vgl. abb. bsp. sog. usf. zzgl. mio. "
    "mrd. str. hrn.",
    "it": "sig. sig.ra sig.na dott. dott.ssa ing. avv. on. rag. geom. egr. es. p.es.",
    "nl": "dhr. mevr. mw. drs. ir. bijv. d.w.z. o.a. m.b.t. ca.",
    "pl": "np. ul. inż. mgr. tzw. tj. m.in. godz. płk.",
    "ru": "т.е. т.к. т.н. ул. им. см. руб. тыс. стр. др. гр. проф. акад. ср. напр.",
    "uk": "т.з. вул. ім. див. грн. тис. стор. проф. акад. напр.",
    "hi": "डॉ. श्री. प्रो. पं. कु.",
    "ar": "د. أ. م. ص. ج.",
    "ko": "예.",
    "tr": "sn. örn. vb. bkz.",
}
_MAY = (
    "etc. inc. ltd. co. corp. jr. a.m. p.m. u.s. u.k. e.u. u.n. ee.uu. usw. dept. jan. feb. aug. "
    "sept. oct. nov. dec. ecc. enz. itp. itd. ss. d.c. ph.d. b.c. a.d. т.д. т.п. пр. гг."
)
_NUMBERED = (
    "no. nº. n.º nr. núm. num. nos. pág. pag. p. pp. fig. art. vol. cap. chap. abs. tel. стр."
)

_SHARED = frozenset(_EVERYWHERE.split())
_OF = {code: frozenset(words.split()) for code, words in _NEVER.items()}
MAY_END = frozenset(_MAY.split())
"""They end a sentence where a capital follows."""
BEFORE_NUMBERS = frozenset(_NUMBERED.split())
"""They end a sentence unless a number follows."""
ORDINAL_DOT = frozenset({"de", "da", "no", "fi", "cs", "sk", "hu", "pl", "hr", "sl", "sr", "et"})
"""Languages that write 3. for third."""


def never_ends(word: str, language: str) -> bool:
    """Whether a word in small letters, with its full stop, stands within a sentence."""
    return word in _SHARED or word in _OF.get(language, frozenset())
