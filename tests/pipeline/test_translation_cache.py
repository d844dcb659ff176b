import pytest

from domain.captions import Translation, TranslationState
from pipeline.translation.cache import Key, TranslationCache

KEY = Key("Hello", "en", "es", "v1", "one")


def made(engine: str = "one", text: str = "Hola") -> Translation:
    return Translation("es", text, TranslationState.FINAL, engine)


class Maker:
    def __init__(self, result: Translation) -> None:
        self.result = result
        self.asked = 0

    async def __call__(self) -> Translation:
        self.asked += 1
        return self.result


async def ask(cache: TranslationCache, key: Key, result: Translation | None = None) -> bool:
    """Whether it was known."""
    maker = Maker(result or made())
    await cache.get(key, maker)
    return not maker.asked


@pytest.mark.parametrize(
    "other",
    [
        KEY._replace(text="Hallo"),
        KEY._replace(source="de"),
        KEY._replace(target="fr"),
        KEY._replace(glossary="v2"),
        KEY._replace(engine="two"),
    ],
)
async def test_everything_that_changes_a_translation_is_in_the_key(other: Key) -> None:
    cache = TranslationCache()
    assert not await ask(cache, KEY)
    assert await ask(cache, KEY)
    assert not await ask(cache, other)
    assert cache.hit_rate == 1 / 3


async def test_a_draft_may_use_a_final_but_a_final_no_draft() -> None:
    cache = TranslationCache()
    assert not await ask(cache, KEY._replace(draft=True))
    assert not await ask(cache, KEY)
    assert await ask(cache, KEY._replace(draft=True))


async def test_a_kept_draft_is_taken_only_if_it_goes_on_from_what_is_shown() -> None:
    cache, maker = TranslationCache(), Maker(made(text="Hola a todos"))
    for shown in ("", "Hola", "Buenas", "Hola a"):
        await cache.get(KEY._replace(draft=True), maker, shown)
    assert maker.asked == 2


async def test_what_a_stand_in_made_is_not_taken_for_the_better_engines_work() -> None:
    cache = TranslationCache()
    assert not await ask(cache, KEY, made("two"))
    assert await ask(cache, KEY._replace(engine="two"))
    assert not await ask(cache, KEY)


async def test_it_is_bounded_and_keeps_what_is_used() -> None:
    cache = TranslationCache(2)
    for text in ("a", "b", "a", "c"):
        await ask(cache, KEY._replace(text=text))
    assert len(cache) == 2
    assert await ask(cache, KEY._replace(text="a"))
    assert not await ask(cache, KEY._replace(text="b"))


async def test_a_failure_is_not_kept() -> None:
    async def fail() -> Translation:
        raise RuntimeError("down")

    cache = TranslationCache()
    with pytest.raises(RuntimeError):
        await cache.get(KEY, fail)
    assert not await ask(cache, KEY)
