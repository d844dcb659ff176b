"""How models with many languages call them."""

FLORES: dict[str, str] = {
    "ar": "arb_Arab", "bn": "ben_Beng", "bg": "bul_Cyrl", "ca": "cat_Latn", "cs": "ces_Latn",
    "da": "dan_Latn", "de": "deu_Latn", "el": "ell_Grek", "en": "eng_Latn", "eo": "epo_Latn",
    "es": "spa_Latn", "et": "est_Latn", "fa": "pes_Arab", "fi": "fin_Latn", "fil": "tgl_Latn",
    "fr": "fra_Latn", "gl": "glg_Latn", "he": "heb_Hebr", "hi": "hin_Deva", "hr": "hrv_Latn",
    "hu": "hun_Latn", "id": "ind_Latn", "it": "ita_Latn", "ja": "jpn_Jpan", "ko": "kor_Hang",
    "lt": "lit_Latn", "lv": "lvs_Latn", "ms": "zsm_Latn", "nl": "nld_Latn", "no": "nob_Latn",
    "pl": "pol_Latn", "pt": "por_Latn", "ro": "ron_Latn", "ru": "rus_Cyrl", "sk": "slk_Latn",
    "sl": "slv_Latn", "sr": "srp_Cyrl", "sv": "swe_Latn", "sw": "swh_Latn", "ta": "tam_Taml",
    "te": "tel_Telu", "th": "tha_Thai", "tr": "tur_Latn", "uk": "ukr_Cyrl", "ur": "urd_Arab",
    "vi": "vie_Latn", "zh": "zho_Hans",
}  # fmt: skip
"""Primary subtag -> code of NLLB-200."""

SEAMLESS: dict[str, str] = {code: flores[:3] for code, flores in FLORES.items() if code != "eo"} | {
    "zh": "cmn"
}
"""Primary subtag -> code of SeamlessM4T v2."""

_THREE = {flores[:3]: code for code, flores in FLORES.items()} | {
    "ara": "ar", "cmn": "zh", "cmn_Hans": "zh", "fas": "fa", "jap": "ja", "lav": "lv",
    "msa": "ms", "nor": "no", "swa": "sw", "tgl": "fil",
}  # fmt: skip
_TWO = {"tl": "fil", "nb": "no", "iw": "he"}


def ours(code: str) -> str:
    """The primary subtag for a two- or three-letter code; unknown codes stay as they are."""
    return _THREE.get(code) or _TWO.get(code, code)


def m2m(code: str) -> str:
    """The language token of M2M-100."""
    return f"__{'tl' if code == 'fil' else code}__"
