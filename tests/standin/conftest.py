"""A plain browser page, and voices that are spoken once for all tests."""

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright

WATCH = """
(() => {
  const Real = RTCPeerConnection;
  const seen = (window.__seen = { connections: [], captions: [], rosters: 0, labels: [] });
  window.RTCPeerConnection = class extends Real {
    constructor(...args) { super(...args); seen.connections.push(this); }
  };
  const open = Real.prototype.createDataChannel;
  Real.prototype.createDataChannel = function (label, options) {
    const channel = open.call(this, label, options);
    seen.labels.push(label);
    channel.binaryType = 'arraybuffer';
    channel.addEventListener('message', (event) => {
      const bytes = Array.from(new Uint8Array(event.data));
      if (label === 'captions') seen.captions.push(bytes);
      if (label === 'collections') seen.rosters += 1;
    });
    return channel;
  };
  navigator.mediaDevices.getUserMedia = async (wish) => {
    if (wish.video) {
      const canvas = document.createElement('canvas');
      canvas.width = 1280; canvas.height = 720;
      const pen = canvas.getContext('2d');
      let n = 0;
      setInterval(() => {
        pen.fillStyle = '#205080'; pen.fillRect(0, 0, 1280, 720);
        n += 1;
        const bits = [1, 0, 1, 0];
        for (let i = 31; i >= 0; i -= 1) bits.push((n >>> i) & 1);
        let check = 0;
        for (let i = 0; i < 8; i += 1) check ^= (n >>> (4 * i)) & 15;
        for (let i = 3; i >= 0; i -= 1) bits.push((check >>> i) & 1);
        bits.forEach((bit, i) => {
          pen.fillStyle = bit ? 'rgb(160,160,160)' : 'rgb(8,8,8)';
          pen.fillRect(16 + 8 * i, 712, 8, 8);
        });
      }, 100);
      const stream = canvas.captureStream(15);
      stream.getVideoTracks()[0].contentHint = 'detail';
      return stream;
    }
    const context = new AudioContext();
    const tone = context.createOscillator();
    const out = context.createMediaStreamDestination();
    tone.connect(out); tone.start();
    return out.stream;
  };
})();
"""


@pytest.fixture(scope="session")
def voices_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("voices")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no Chromium on this machine")
    flags = ["--autoplay-policy=no-user-gesture-required", "--use-fake-ui-for-media-stream"]
    if os.geteuid() == 0:
        flags.append("--no-sandbox")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=flags)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Browser) -> AsyncIterator[Page]:
    page = await browser.new_page()
    await page.add_init_script(WATCH)
    yield page
    await page.close()
