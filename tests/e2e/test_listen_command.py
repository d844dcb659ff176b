"""`dragoman listen`: a browser's microphone becomes captions and a transcript."""

import asyncio
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright, expect

CHROMIUM = shutil.which("chromium")
FLITE = shutil.which("flite")

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(120),
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on this machine"),
    pytest.mark.skipif(FLITE is None, reason="there is no flite on this machine"),
]

SAID = "Good morning everybody. Today we want to talk about the budget for the next year."


@pytest.fixture
def spoken(tmp_path: Path) -> Path:
    speech, whole = tmp_path / "speech.wav", tmp_path / "whole.wav"
    subprocess.run([str(FLITE), "-voice", "rms", "-t", SAID, "-o", speech], check=True)
    pad = ["-af", "adelay=1500,apad=pad_dur=30", "-ar", "48000"]
    subprocess.run(["ffmpeg", "-v", "error", "-i", speech, *pad, whole], check=True)
    return whole


@asynccontextmanager
async def _listening(folder: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, list[str]]]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "dragoman", "listen", "--data", str(folder)),
        *("--asr", "pocketsphinx", "--speak", "en", "--translate", "es"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, "COLUMNS": "300"},
    )
    lines: list[str] = []
    try:
        assert process.stdout is not None
        async with asyncio.timeout(60):
            while not any("Live page" in line for line in lines):
                line = await process.stdout.readline()
                assert line, lines
                lines.append(line.decode())
        yield process, lines
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@asynccontextmanager
async def _page(spoken: Path) -> AsyncIterator[Page]:
    arguments = [
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-audio-capture={spoken}%noloop",
    ]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        context = await browser.new_context(viewport={"width": 390, "height": 700})
        page = await context.new_page()
        page.set_default_timeout(20_000)
        yield page
        await browser.close()


def _address(lines: list[str], name: str) -> str:
    found = re.search(rf"{name}:\s+(http\S+)", "".join(lines))
    assert found, lines
    return found[1]


async def test_a_microphone_is_heard_and_kept(tmp_path: Path, spoken: Path) -> None:
    data = tmp_path / "data"
    async with _listening(data) as (process, lines), _page(spoken) as page:
        await page.goto(_address(lines, "Give sound"))
        button = page.get_by_role("button", name="Use it")
        await button.click()
        await expect(page.get_by_text("Dragoman hears it.")).to_be_visible()
        await page.screenshot(path=tmp_path / "capture.png")
        live = await page.context.new_page()
        await live.goto(_address(lines, "Live page"))
        await expect(live.locator("#captions")).to_contain_text("budget", timeout=40_000)
        await expect(live.locator("#captions")).to_contain_text("presupuesto", timeout=20_000)
        await page.get_by_role("button", name="Stop").first.click()
        process.send_signal(signal.SIGINT)
        assert process.stdout is not None
        rest = (await asyncio.wait_for(process.stdout.read(), 60)).decode()
        assert await asyncio.wait_for(process.wait(), 30) == 0
    meeting = re.search(r"dragoman export (\w+)", rest)
    assert meeting, rest
    command = ["-m", "dragoman", "export", meeting[1], "--format", "json", "--data", str(data)]
    exported = await asyncio.to_thread(
        subprocess.run, [sys.executable, *command], capture_output=True, check=True
    )
    told = json.loads(exported.stdout)
    assert {segment["speaker"] for segment in told["segments"]} == {"Microphone"}
    assert "budget" in " ".join(segment["text"] for segment in told["segments"])


async def test_sound_of_another_form_is_refused(tmp_path: Path, spoken: Path) -> None:
    async with _listening(tmp_path / "data") as (_, lines), _page(spoken) as page:
        await page.goto(_address(lines, "Give sound"))
        told = await page.evaluate(
            """async () => {
              const socket = new WebSocket(`ws://${location.host}/capture/sound`);
              await new Promise((done) => { socket.onopen = done; });
              const answer = new Promise((done) => { socket.onmessage = (e) => done(e.data); });
              socket.send(JSON.stringify({version: 1, source: "microphone", rate: 44100,
                format: "s16le", channels: 1}));
              return answer;
            }"""
        )
    assert json.loads(told)["type"] == "error"
    assert "rate is 44100, not 16000" in told
