"""Meet's captions under every habit of the page: nothing lost, nothing twice, the right name."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from domain.hints import CaptionHint
from standin.script import CaptionHabits, Ending, Line, Lobby, Script, Traps, bundled_script
from standin.server import StandIn

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

MORNING = Line("anna", 1.0, "Good morning everyone, the new plan is ready.")
THANKS = Line("lucia", 4.0, "Muchas gracias, la reunión empieza ahora.")
AGAIN = Line("anna", 7.0, "Then let us begin with the first point.")
TALK = (MORNING, THANKS, AGAIN)
REGION = CaptionHabits(channel=False)


def script(lines: tuple[Line, ...] = TALK, **changes: Any) -> Script:
    base = replace(bundled_script("short"), lobby=Lobby("none"), end=Ending("stays"), chat=())
    return replace(base, lines=lines, **changes)


def said(lines: tuple[Line, ...] = TALK) -> list[tuple[str, str]]:
    names = {"anna": "Anna Keller", "lucia": "Lucía Gómez"}
    return [(names[line.who], line.text) for line in lines]


def page_of(bot: Any) -> Any:
    return bot._visit.browser.page


async def hear_all(
    site: StandIn, visit: Any, listening: Any, lines: tuple[Line, ...] = TALK
) -> Any:
    """Joins, and listens until every line was told to its end."""
    async with visit(site) as stay:
        assert await stay.bot.join() is None
        async with listening(stay.bot) as heard:
            await heard.until(lambda: set(said(lines)) <= set(heard.lines), 45)
    return heard


@pytest.mark.heavy
async def test_a_region_that_is_built_again_used_again_and_put_right(
    visit: Any, listening: Any
) -> None:
    traps = Traps(
        blocks_reused=True,
        region_recreated_at_s=6.2,
        nameless_rows=True,
        own_speech_at_s=13.0,
        guesses_replaced=True,
        deep_corrections=True,
        late_corrections=True,
    )
    lines = (MORNING, THANKS, replace(AGAIN, start_s=9.0))
    people = list(bundled_script("short").participants)
    people[-1] = replace(people[-1], leaves_s=17.0)
    play = script(lines, captions=REGION, traps=traps, participants=tuple(people))
    async with StandIn(play) as site, visit(site) as stay:
        assert await stay.bot.join() is None
        async with listening(stay.bot) as heard:
            await heard.until(lambda: ("Dragoman", "These words are mine.") in heard.lines)
            await heard.until(lambda: set(said()) <= set(heard.lines))
            await heard.until(lambda: len(stay.bot.intake.roster.present) == 2)
            own = stay.bot.intake.roster.own
    assert heard.lines == [*said(), ("Dragoman", "These words are mine.")]
    assert {hint.source for hint in heard.captions} == {"region"}
    assert own is not None
    assert {h.participant_id for h in heard.captions if h.name == "Dragoman"} == {own.id}
    finals = [hint.line_id for hint in heard.captions if hint.final]
    assert len(finals) == len(set(finals))


@pytest.mark.heavy
@pytest.mark.parametrize("language", ["de", "fr", "es", "ja"])
async def test_own_speech_is_known_in_every_language_of_the_page(
    visit: Any, listening: Any, language: str
) -> None:
    traps = Traps(own_speech_at_s=1.0, ui_language=language)
    async with StandIn(script((), captions=REGION, traps=traps)) as site, visit(site) as stay:
        assert await stay.bot.join() is None
        async with listening(stay.bot) as heard:
            await heard.until(lambda: bool(heard.captions))
            own = stay.bot.intake.roster.own
    assert own is not None
    assert {hint.participant_id for hint in heard.captions} == {own.id}


@pytest.mark.heavy
async def test_new_class_names_are_read_by_structure_and_told(visit: Any, listening: Any) -> None:
    async with StandIn(script(captions=REGION, traps=Traps(region_renamed=True))) as site:
        heard = await hear_all(site, visit, listening)
    assert heard.lines == said()
    assert "locator_drift" in heard.notices


@pytest.mark.heavy
async def test_a_region_that_cannot_be_read_is_told(visit: Any, listening: Any) -> None:
    traps = Traps(region_unreadable=True)
    async with StandIn(script(captions=REGION, traps=traps)) as site, visit(site) as stay:
        assert await stay.bot.join() is None
        async with listening(stay.bot) as heard:
            await heard.until(lambda: "page_changed" in heard.notices)
    assert heard.captions == []


@pytest.mark.heavy
async def test_a_channel_of_the_new_label_without_a_region(visit: Any, listening: Any) -> None:
    traps = Traps(channel_label="captions_v2", versions_shuffled=True, region_missing=True)
    async with StandIn(script(traps=traps)) as site:
        heard = await hear_all(site, visit, listening)
        switched = [h.detail for h in site.journal.happenings if h.kind == "captions"]
    assert heard.lines == said()
    assert {hint.source for hint in heard.captions} == {"channel"}
    assert switched == ["on"]
    versions: dict[str, int] = {}
    for hint in heard.captions:
        assert hint.version >= versions.get(hint.line_id, 0)
        versions[hint.line_id] = hint.version


@pytest.mark.heavy
async def test_a_message_id_that_is_used_again_is_another_line(visit: Any, listening: Any) -> None:
    lines = (MORNING, replace(AGAIN, start_s=21.0))
    async with StandIn(script(lines, traps=Traps(message_ids_reused=True))) as site:
        heard = await hear_all(site, visit, listening, lines)
    assert heard.lines == said(lines)


@pytest.mark.heavy
async def test_the_region_goes_on_where_the_channel_ends(visit: Any, listening: Any) -> None:
    lines = (MORNING, THANKS, replace(AGAIN, start_s=12.0))
    async with StandIn(script(lines, traps=Traps(channel_ends_at_s=11.0))) as site:
        heard = await hear_all(site, visit, listening, lines)
    assert heard.lines == said(lines)
    assert [hint.source for hint in heard.captions if hint.text == AGAIN.text][0] == "region"
    assert heard.notices.count("caption_source") == 2


@pytest.mark.heavy
async def test_a_channel_that_ends_in_mid_sentence_leaves_every_word_once(
    visit: Any, listening: Any
) -> None:
    words = "One two three four five six seven eight nine ten eleven twelve thirteen fourteen."
    line = Line("anna", 1.0, words)
    habits = CaptionHabits(corrections=False)
    play = script((line,), captions=habits, traps=Traps(channel_ends_at_s=3.5))
    async with StandIn(play) as site, visit(site) as stay:
        assert await stay.bot.join() is None
        async with listening(stay.bot) as heard:
            await heard.until(lambda: any("fourteen" in text for _, text in heard.lines))
    assert len(heard.lines) == 2
    assert " ".join(text for _, text in heard.lines) == words


@pytest.mark.heavy
async def test_a_block_that_starts_over_loses_nothing(visit: Any, listening: Any) -> None:
    long = "We talk about the budget and about the people who will do the work. " * 4
    lines = (Line("anna", 1.0, long.strip()), replace(AGAIN, start_s=22.0))
    traps = Traps(captions_dropped_after=255)
    play = script(lines, captions=replace(REGION, corrections=False), traps=traps)
    async with StandIn(play) as site:
        heard = await hear_all(site, visit, listening, lines)
    assert heard.lines == said(lines)


@pytest.mark.heavy
async def test_a_tab_behind_another_goes_on(visit: Any, listening: Any) -> None:
    async with StandIn(script(captions=REGION)) as site, visit(site) as stay:
        assert await stay.bot.join() is None
        front = await page_of(stay.bot).context.new_page()
        await front.goto("about:blank")
        await front.bring_to_front()
        async with listening(stay.bot) as heard:
            await heard.until(lambda: set(said()) <= set(heard.lines))


@pytest.mark.heavy
async def test_a_region_that_was_not_drawn_for_a_while_is_caught_up(
    visit: Any, listening: Any
) -> None:
    async with StandIn(script(captions=REGION, traps=Traps(tab_hidden_at_s=3.0))) as site:
        heard = await hear_all(site, visit, listening)
    assert heard.lines == said()


async def test_captions_are_put_back_once_and_then_left_off(visit: Any, listening: Any) -> None:
    traps = Traps(trusted_clicks=True, captions_off_at_s=4.0, captions_off_again_at_s=10.0)
    async with StandIn(script((), traps=traps)) as site, visit(site) as stay:
        assert await stay.bot.join() is None
        async with listening(stay.bot) as heard:
            await heard.until(lambda: "captions_left_off" in heard.notices)
            await asyncio.sleep(2.0)  # so long a press would have shown
        switched = [h.detail for h in site.journal.happenings if h.kind == "captions"]
    assert switched == ["on", "off", "on", "off"]


@pytest.mark.heavy
@pytest.mark.parametrize("form", ["pressed", "translation"])
async def test_other_forms_of_the_button(visit: Any, listening: Any, form: str) -> None:
    async with StandIn(script(traps=Traps(captions_toggle=form))) as site:
        heard = await hear_all(site, visit, listening)
        switched = [h.detail for h in site.journal.happenings if h.kind == "captions"]
    assert heard.lines == said()
    assert switched == ["on"]


@pytest.mark.heavy
async def test_no_captions_at_all_are_told(visit: Any, listening: Any) -> None:
    async with StandIn(script(captions=CaptionHabits(available=False))) as site:
        async with visit(site) as stay:
            assert await stay.bot.join() is None
            async with listening(stay.bot) as heard:
                await heard.until(lambda: "captions_missing" in heard.notices)


@pytest.mark.heavy
@pytest.mark.parametrize("in_settings", [False, True])
async def test_a_wrong_caption_language_is_set_right(
    visit: Any, listening: Any, in_settings: bool
) -> None:
    lines = tuple(
        Line("anna", 1.0 + 6 * n, f"Good morning everyone, here is point {name}.")
        for n, name in enumerate(("one", "two", "three", "four"))
    )
    habits = CaptionHabits(language="fr-FR")
    traps = Traps(language_in_settings=in_settings)
    async with StandIn(script(lines, captions=habits, traps=traps)) as site:
        async with visit(site, spoken=("en",)) as stay:
            assert await stay.bot.join() is None
            async with listening(stay.bot) as heard:
                await heard.until(lambda: said(lines)[-1] in heard.lines, 45)
                found = await page_of(stay.bot).get_by_role("dialog").count()
        chosen = [h.detail for h in site.journal.happenings if h.kind == "caption_language"]
    assert chosen == ["en-US"]
    assert "caption_language" in heard.notices
    assert found == 0
    languages = [hint.language for hint in heard.captions if isinstance(hint, CaptionHint)]
    assert languages[-1] == "en"
    if in_settings:
        assert languages[0] == "fr"


@pytest.mark.heavy
async def test_a_language_that_meet_does_not_offer_is_told(visit: Any, listening: Any) -> None:
    async with StandIn(script(())) as site, visit(site, caption_language="sw") as stay:
        assert await stay.bot.join() is None
        async with listening(stay.bot) as heard:
            await heard.until(lambda: "caption_language_missing" in heard.notices)
