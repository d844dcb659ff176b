"""Kokoro in a process of its own: requests as JSON lines on stdin, sound on a private pipe.

Run as a script with one argument, a JSON object: the model, its config, the voices' folder
and a device. Each answer is a JSON line, followed by as many bytes of PCM16 as it says.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

RATE = 24_000


class _Speaker:
    """The model, and a pipeline per language."""

    def __init__(self, options: dict[str, Any]) -> None:
        from huggingface_hub import constants

        constants.HF_HUB_OFFLINE = options["offline"]
        import torch
        from kokoro import KModel

        torch.set_num_threads(options["threads"])
        self._repo = options["repo"]
        self._voices = options["voices"]
        files = {"config": options["config"], "model": options["model"]}
        device = options["device"] or ("cuda" if torch.cuda.is_available() else "cpu")
        model = KModel(repo_id=self._repo, **{k: v for k, v in files.items() if v})
        self._model = model.to(device).eval()
        self._pipelines: dict[str, Any] = {}

    def speak(self, request: dict[str, Any]) -> bytes:
        import numpy as np
        import torch

        pipeline = self._pipeline(request["code"])
        voice = request["voice"]
        local = Path(self._voices) / f"{voice}.pt" if self._voices else None
        sounds = []
        with torch.inference_mode():
            for result in pipeline(
                request["text"], voice=str(local or voice), speed=request["speed"]
            ):
                if result.audio is not None:
                    sounds.append(result.audio.detach().cpu().numpy())
        if not sounds:
            return b""
        samples = np.concatenate(sounds)
        pcm: bytes = (np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()
        return pcm

    def _pipeline(self, code: str) -> Any:
        from kokoro import KPipeline

        if code not in self._pipelines:
            self._pipelines[code] = KPipeline(lang_code=code, repo_id=self._repo, model=self._model)
        return self._pipelines[code]


def _memory_mb() -> int:
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) // 1024
    return 0


def main() -> None:
    """Serves until stdin ends."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print must not get between the answers

    def answer(message: dict[str, Any], sound: bytes = b"") -> None:
        out.write(json.dumps({**message, "bytes": len(sound)}).encode() + b"\n" + sound)
        out.flush()

    try:
        speaker = _Speaker(json.loads(sys.argv[1]))
    except BaseException as error:
        answer({"error": f"{type(error).__name__}: {error}"[:400]})
        return
    answer({"ready": True})
    for line in sys.stdin.buffer:
        try:
            sound = speaker.speak(json.loads(line))
        # misaki ends the process where its own downloads fail
        except (Exception, SystemExit) as error:
            answer({"error": f"{type(error).__name__}: {error}"[:400], "memory_mb": _memory_mb()})
            continue
        answer({"rate": RATE, "memory_mb": _memory_mb()}, sound)


if __name__ == "__main__":
    main()
