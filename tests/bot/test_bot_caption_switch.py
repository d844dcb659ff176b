"""Captions are switched on once, put back once, and their language is one that is spoken."""

from types import SimpleNamespace
from typing import Any

from bot.caption_language import CaptionLanguage, best_value, named_language
from bot.caption_switch import CaptionSwitch
from bot.locales.en import ENGLISH
from bot.settings import BotSettings
from bot.verdict import Found, Snapshot
from domain.links import parse_link

ON, OFF = Found("icon", icon="closed_caption"), Found("icon", icon="closed_caption_off")
OLD_ON, OLD_OFF = Found("old", pressed="true"), Found("old", pressed="false")
LINK = parse_link("https://meet.google.com/abc-defg-hij")


class Hand:
    """A tab that keeps what was pressed."""

    def __init__(self) -> None:
        self.pack = ENGLISH
        self.pressed: list[str] = []
        self.notices: list[str] = []
        self.page = SimpleNamespace(
            evaluate=self._nothing, keyboard=SimpleNamespace(press=self._key)
        )

    async def press(self, target: str) -> bool:
        self.pressed.append(target)
        return target != "more_options"

    async def find(self, _target: str) -> None:
        return None

    async def _nothing(self, _script: str) -> None:
        return None

    async def _key(self, key: str) -> None:
        self.pressed.append(key)

    def notify(self, kind: str, _text: str) -> None:
        self.notices.append(kind)


def looks(**found: Found) -> Snapshot:
    return Snapshot("https://meet.google.com/abc-defg-hij", found=found)


def settings(**options: Any) -> BotSettings:
    return BotSettings(link=LINK, name="Dragoman", **options)


async def watch(hand: Any, *steps: tuple[float, Snapshot]) -> CaptionSwitch:
    switch = CaptionSwitch(hand, settings(), hand.notify)
    for now_s, page in steps:
        await switch.keep(page, now_s)
    return switch


async def test_a_button_that_says_on_is_never_pressed() -> None:
    hand = Hand()
    for toggle in (ON, OLD_ON, Found("label", label="Turn off captions")):
        await watch(hand, (0.0, looks(captions_toggle=toggle)))
    assert hand.pressed == []


async def test_pressing_waits_for_its_effect_and_then_takes_the_key() -> None:
    for toggle in (OFF, OLD_OFF):
        hand = Hand()
        page = looks(captions_toggle=toggle)
        await watch(hand, (0.0, page), (1.0, page), (5.9, page), (6.0, page))
        assert hand.pressed == ["captions_on", "c"]


async def test_captions_are_put_back_once_and_a_second_hand_is_respected() -> None:
    hand = Hand()
    on, off = looks(captions_toggle=ON), looks(captions_toggle=OFF)
    steps = ((0.0, on), (10.0, off), (11.0, on), (30.0, off), (60.0, off), (500.0, off))
    await watch(hand, *steps)
    assert hand.pressed == ["captions_on"]
    assert hand.notices[-1] == "captions_left_off"


async def test_long_after_captions_were_put_back_they_are_put_back_again() -> None:
    hand = Hand()
    on, off = looks(captions_toggle=ON), looks(captions_toggle=OFF)
    await watch(hand, (0.0, on), (10.0, off), (11.0, on), (700.0, off))
    assert hand.pressed == ["captions_on", "captions_on"]


async def test_a_page_without_captions_is_told_once() -> None:
    hand = Hand()
    await watch(hand, (0.0, looks()), (14.0, looks()), (16.0, looks()), (40.0, looks()))
    assert hand.notices == ["captions_missing"]


def test_meet_s_own_code_is_found_for_a_language() -> None:
    offered = ["en-US", "es-ES", "es-MX", "cmn-Hans-CN", "iw-IL", 'x"]']
    assert best_value(offered, "es-MX") == "es-MX"
    assert best_value(offered, "es") == "es-ES"
    assert best_value(offered, "zh") == "cmn-Hans-CN"
    assert best_value(offered, "he") == "iw-IL"
    assert best_value(offered, "sw") is None


def test_a_language_is_read_from_its_name() -> None:
    assert named_language("German (BETA)") == "de"
    assert named_language("Français") == "fr"
    assert named_language("Automatic") == ""


async def languages(hand: Any, told: str, shown: str = "", **options: Any) -> None:
    language = CaptionLanguage(hand, settings(**options), hand.notify)
    language.heard = lambda: told
    for now_s in range(0, 200, 2):
        await language.keep(shown, float(now_s))


async def test_a_spoken_caption_language_is_left_alone() -> None:
    hand = Hand()
    await languages(hand, "es-ES", spoken=("en", "es"))
    await languages(hand, "", "Spanish (BETA)", spoken=("es",))
    await languages(hand, "fr-FR")
    assert hand.notices == []


async def test_a_wrong_caption_language_is_tried_three_times_and_then_told() -> None:
    for told, shown in (("fr-FR", ""), ("", "French")):
        hand = Hand()
        await languages(hand, told, shown, spoken=("en",))
        assert hand.notices == [*["caption_language_missing"] * 3, "caption_language_wrong"]
