"""Words that carry meaning, for counting."""

from domain.terms import terms

_COMMON = (
    # English
    "the a an and or but if so of to in on at for with from by as is are was were be been am do "
    "does did have has had will would can could should may might must i you he she it we they me "
    "him her us them my your his its our their this that these those there here what which who "
    "when where why how not no yes ok okay well just like about than then too very really get "
    "got go going let s t re ve ll don m d up out into also because "
    # Spanish, Portuguese
    "el la los las un una y o pero de del al en por para con sin es son era ser esta estan hay "
    "que se lo le les me te nos mi tu su yo ella ellos si como mas muy ya esto eso os um uma e "
    "mas do da dos das no na nos nas em por com para nao sim eu voce ele eles ela isso isto foi "
    # French
    "les des du et ou mais dans sur pour avec sans est sont etait etre il elle nous vous ils je tu "
    "ce cette ces qui que quoi ne pas plus tres au aux on mon ton son notre votre c d j l n qu y "
    # German
    "der die das ein eine einen dem den des und oder aber in im auf fur mit ohne ist sind war sein "
    "ich du er sie es wir ihr mich uns nicht ja nein auch noch dann wenn dass zu zum zur von vom "
    "haben hat wird werden kann "
    # Italian
    "il lo gli i uno di da del della dei che non si e ed ma per con sono era come piu anche questo "
    "quello ho hai ha abbiamo ci vi noi voi loro"
)
COMMON = frozenset(_COMMON.split())


def telling(text: str) -> list[str]:
    """The terms of a text without the commonest words."""
    return [term for term in terms(text) if term not in COMMON and not _bare(term)]


def _bare(term: str) -> bool:
    return len(term) == 1 and (term.isascii() or "\u3041" <= term <= "\u30ff")
