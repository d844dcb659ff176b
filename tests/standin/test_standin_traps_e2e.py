"""The site's awkward sides, seen by a real Chromium."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from domain.errors import UsageError
from standin.script import CaptionHabits, Ending, Line, Lobby, Script, Traps, bundled_script
from standin.server import StandIn
from standin.wire import block, number

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(45)]

LOBBY_LABELS = (
    "Call controls",
    "Chat with everyone",
    "Leave call",
    "Audio settings",
    "Video settings",
    "More options",
    "More options for Watcher",
    "Backgrounds and effects",
    "Reframe",
    "Turn off camera",
    "Turn off microphone",
    "Your call is ending soon",
    "Getting items",
    "Side panel",
    "Left side panel",
)
HEARD = """async () => {
  const player = document.querySelector('audio');
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  context.createMediaStreamSource(player.srcObject).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  let loudest = 0;
  for (let n = 0; n < 40; n += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    analyser.getFloatTimeDomainData(samples);
    loudest = Math.max(loudest, ...samples);
  }
  return loudest;
}"""


def quiet(lobby: Lobby | None = None, traps: Traps | None = None) -> Script:
    """Two people who say nothing, and no end."""
    return replace(
        bundled_script("short"),
        lines=(),
        chat=(),
        lobby=lobby or Lobby("none"),
        traps=traps or Traps(),
        end=Ending("stays"),
    )


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.02)


async def ask(page: Page, link: str) -> None:
    await page.goto(link)
    await page.locator('input[type="text"]').press_sequentially("Watcher")
    await page.locator("[jsname=Qx7uuf]").click()


async def enter(page: Page, site: StandIn) -> None:
    await ask(page, site.link)
    await expect(page.locator('[aria-label="Meeting details"]')).to_be_attached(timeout=10_000)
    await until(lambda: site.journal.zero_monotonic_s is not None)


async def test_the_lobby_looks_like_the_call(page: Page) -> None:
    async with StandIn(quiet(Lobby("host_absent"))) as site:
        await ask(page, site.link)
        await expect(page.get_by_text("Waiting for the host to join")).to_be_visible()
        for label in LOBBY_LABELS:
            assert await page.locator(f'[aria-label="{label}"]').count() == 1, label
        assert await page.locator("[data-participant-id]").count() == 1
        assert await page.locator('[aria-label="Meeting details"]').count() == 0
        await expect(page.get_by_text("Return to home screen")).to_be_visible()
        await site.admit()
        await expect(page.locator('[aria-label="Meeting details"]')).to_be_attached()
        await expect(page.get_by_text("Waiting for the host to join")).to_be_hidden()
        assert await page.locator("[data-participant-id]").count() == 3


@pytest.mark.parametrize(
    ("behaviour", "text"),
    [
        ("deny", "Someone in the call denied your request to join"),
        ("never", "No one responded to your request to join the call"),
        ("blocked", "You can’t join this video call"),
    ],
)
async def test_refusals(page: Page, behaviour: str, text: str) -> None:
    async with StandIn(quiet(Lobby(behaviour, after_s=0.3))) as site:
        await ask(page, site.link)
        await expect(page.get_by_text(text)).to_be_visible()
        await page.goto("about:blank")
        await asyncio.wait_for(site.ended(), 5)


async def test_places_without_a_green_room(page: Page) -> None:
    async with StandIn(quiet()) as site:
        await page.goto(f"{site.url}/xyz-abcd-xyz")
        await expect(page.get_by_text("Check your meeting code")).to_be_visible()
    async with StandIn(quiet(Lobby("full"))) as site:
        await page.goto(site.link)
        await expect(page.get_by_text("This meeting is full")).to_be_visible()
    async with StandIn(quiet(Lobby("sign_in"))) as site:
        await page.goto(site.link)
        await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


async def test_dialogs_and_another_language(page: Page) -> None:
    traps = Traps(consent_dialog=True, got_it_dialog=True, ui_language="de")
    async with StandIn(quiet(Lobby("admit", 0.1), traps)) as site:
        await ask(page, site.link)
        dialog = page.get_by_role("dialog", name="Gemini macht Notizen")
        await expect(dialog).to_be_visible()
        assert site.journal.first("joined") is None
        await page.keyboard.press("Escape")
        await dialog.locator('[data-mdc-dialog-action="ok"]').click()
        await expect(page.get_by_label("Untertitel einschalten")).to_be_attached()
        await page.get_by_role("button", name="OK", exact=True).click()
        await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_the_camera_comes_back_as_a_fresh_stream(page: Page) -> None:
    async with StandIn(quiet()) as site:
        await enter(page, site)
        await until(lambda: site.observer.frames_received > 5)
        await site.toggle_camera_off()
        await expect(page.get_by_label("Turn on camera")).to_have_attribute("data-is-muted", "true")
        await until(lambda: site.journal.happenings[-1].detail == "off")
        before = site.observer.frames_received
        await page.get_by_label("Turn on camera").click()
        await until(lambda: site.observer.frames_received > before + 10)


async def test_devices_go_off_in_the_lobby(page: Page) -> None:
    traps = Traps(camera_off_in_lobby_s=0.2)
    async with StandIn(quiet(Lobby("admit", 1.0), traps)) as site:
        await enter(page, site)
        await expect(page.get_by_label("Turn on camera")).to_be_attached()
        await page.get_by_label("Turn on camera").click()
        await until(lambda: site.observer.frames_received > 5)


async def test_chat_goes_both_ways(page: Page) -> None:
    async with StandIn(quiet()) as site:
        await enter(page, site)
        await site.say_chat("Anna Keller", "Hello <b>all</b>")
        await page.get_by_label("Chat with everyone - New message").click()
        await page.locator("textarea").fill("I write captions.")
        await page.keyboard.press("Enter")
        await expect(page.locator("[jsname=dTKtvb]")).to_have_text(
            ["Hello <b>all</b>", "I write captions."]
        )
        await expect(page.locator(".poVWob")).to_have_text(["Anna Keller"])
        assert [message.text for message in site.journal.bot_chat] == ["I write captions."]


async def test_leaving_being_removed_and_the_end(page: Page) -> None:
    async with StandIn(quiet()) as site:
        await enter(page, site)
        await page.get_by_label("Leave call").click()
        await expect(page.get_by_text("You left the meeting")).to_be_visible()
        assert page.url == site.link
        await asyncio.wait_for(site.ended(), 5)
        await page.get_by_text("Rejoin").click()
        await enter(page, site)
        await site.remove_bot()
        await expect(page.get_by_text("You’ve been removed from the meeting")).to_be_visible()
        await enter(page, site)
        await site.end_for_everyone()
        await expect(page.get_by_text("Your host ended the meeting")).to_be_visible()
        await asyncio.wait_for(site.ended(), 5)


async def test_everyone_leaves(page: Page) -> None:
    async with StandIn(replace(quiet(), end=Ending("everyone_leaves", 0.5))) as site:
        await enter(page, site)
        await expect(page.get_by_text("Anna Keller left")).to_be_visible()
        await expect(page.locator("[data-participant-id]")).to_have_count(1)


async def test_captions_come_and_go(page: Page) -> None:
    async with StandIn(quiet()) as site:
        await enter(page, site)
        toggle = page.locator("[jsname=RrG0hf]")
        region = page.get_by_role("region", name="Captions")
        assert await toggle.get_attribute("aria-pressed") is None
        await expect(region).to_have_count(0)
        await toggle.click()
        await expect(region).to_have_count(1)
        await expect(toggle).to_have_attribute("aria-label", "Turn off captions")
        await site.set_captions(False)
        await expect(region).to_have_count(0)
        await expect(toggle).to_have_attribute("aria-label", "Turn on captions")


async def test_no_captions_at_all(page: Page) -> None:
    async with StandIn(replace(quiet(), captions=CaptionHabits(available=False))) as site:
        await enter(page, site)
        assert await page.locator("[jsname=RrG0hf]").count() == 0


async def test_the_mixed_path_sounds_without_receivers(page: Page) -> None:
    line = Line("anna", 0.2, "Good morning everyone, the new plan is ready.")
    async with StandIn(replace(quiet(), lines=(line,), audio_path="mixed")) as site:
        await enter(page, site)
        assert await page.evaluate(HEARD) > 0.05
        directions = await page.evaluate(
            "window.__seen.connections[0].getTransceivers().map((line) => line.direction)"
        )
        assert directions == ["sendonly", "sendonly"]


async def test_a_region_that_reuses_its_blocks(page: Page, voices_cache: Path) -> None:
    words = ("One.", "Two.", "Three.")
    lines = tuple(
        Line(who, 0.7 * n, text)
        for n, (who, text) in enumerate(zip(("anna", "lucia", "anna"), words, strict=True))
    )
    habits = CaptionHabits(on_at_start=True, lag_s=0.1, corrections=False)
    traps = Traps(blocks_reused=True, people_virtualised=True, region_recreated_at_s=5.0)
    script = replace(quiet(traps=traps), lines=lines, captions=habits)
    async with StandIn(script, voices_cache=voices_cache) as site:
        await enter(page, site)
        names = page.get_by_role("region", name="Captions").locator(".NWpY1d")
        texts = page.get_by_role("region", name="Captions").locator(".ygicle")
        await expect(texts).to_have_text(["Two.", "Three."])
        await expect(names).to_have_text(["Lucía Gómez", "Anna Keller"])
        await page.locator('[data-panel-id="1"]').click()
        await expect(page.get_by_role("listitem")).to_have_count(2)
        await expect(page.get_by_role("listitem").first).to_have_attribute("aria-setsize", "3")
        await page.evaluate("document.querySelector('.vNKgIf').dataset.old = 'yes'")
        await expect(page.locator(".vNKgIf[data-old]")).to_have_count(0, timeout=8_000)
        await expect(texts).to_have_text(["Two.", "Three."])


async def test_captions_by_command(page: Page, voices_cache: Path) -> None:
    line = Line("anna", 1.5, "Good morning everyone, the new plan is ready.")
    language = block(1, block(9, block(1, "en-US") + block(2, "en-US")))
    mask = block(2, block(1, "client_config.caption_config"))
    command = block(1, block(2, number(1, 1) + block(3, language + mask)))
    async with StandIn(replace(quiet(), lines=(line,)), voices_cache=voices_cache) as site:
        await enter(page, site)
        await page.evaluate(
            """async (bytes) => {
              const connection = window.__seen.connections[0];
              connection.createDataChannel('captions', { ordered: true, maxRetransmits: 10 });
              const session = connection.createDataChannel('media-session');
              await new Promise((resolve) => session.addEventListener('open', resolve));
              session.send(new Uint8Array(bytes));
            }""",
            list(command),
        )
        await until(lambda: any(final for *_, final in site.journal.captions))
        assert await page.evaluate("window.__seen.captions.length") >= 3
        await expect(page.get_by_role("region", name="Captions")).to_have_count(0)


async def test_late_tracks(page: Page) -> None:
    async with StandIn(quiet(traps=Traps(late_tracks_s=1.0))) as site:
        await enter(page, site)
        await expect(page.locator("audio")).to_have_count(1)
        await expect(page.locator("audio")).to_have_count(3)


async def test_a_taken_port() -> None:
    async with StandIn(quiet()) as first:
        port = int(first.url.rpartition(":")[2])
        with pytest.raises(UsageError, match=str(port)):
            await StandIn(quiet(), port=port).__aenter__()
