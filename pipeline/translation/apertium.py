"""Apertium: translation by rules, from Debian packages, without a download or a GPU."""

import re
import shutil
from collections import OrderedDict
from dataclasses import dataclass, replace
from pathlib import Path

from domain.captions import Translation, TranslationState
from domain.engines import EngineInfo, Health
from domain.errors import EngineError
from domain.ports import TranslationRequest
from domain.text import clean
from pipeline.translation import modes
from pipeline.translation.apertium_chain import ApertiumChain
from pipeline.translation.protect import present, translate_keeping
from pipeline.translation.stream_format import decode, encode

_KEPT_CAPITAL = frozenset({"I", "I'm", "I'll", "I've", "I'd"})
_ENDS = (".", "!", "?", "…")


@dataclass(frozen=True, slots=True)
class ApertiumSettings:
    """Where Apertium is and how long it may take."""

    modes: Path = Path("/usr/share/apertium/modes")
    timeout_s: float = 5.0
    """For one sentence and hop; after it the programs are started anew, once."""
    longest_way: int = 3
    """Hops at most."""
    max_chains: int = 12
    """Directions kept running; the longest unused one is ended."""
    max_characters: int = 20_000


class ApertiumTranslator:
    """Translates along the shortest way through the installed directions."""

    def __init__(self, settings: ApertiumSettings | None = None) -> None:
        self._settings = settings or ApertiumSettings()
        self._direct = modes.installed(self._settings.modes)
        self._ways = modes.ways(self._direct, self._settings.longest_way)
        self._chains: OrderedDict[modes.Pair, ApertiumChain] = OrderedDict()
        self.info = EngineInfo(
            "apertium",
            frozenset(source for source, _ in self._ways),
            needs=("the Debian packages apertium and a language pair such as apertium-eng-spa",),
        )

    async def health(self) -> Health:
        remedy = "Install it: apt-get install apertium apertium-eng-spa apertium-fr-es"
        if shutil.which("lt-proc") is None:
            return Health(False, "Apertium is not installed.", remedy)
        if not self._direct:
            return Health(False, "Apertium has no language pair.", remedy)
        names = ", ".join(f"{source}-{target}" for source, target in sorted(self._direct))
        return Health(True, f"{len(self._direct)} directions ({names}).")

    def pairs(self) -> frozenset[tuple[str, str]]:
        return frozenset(self._ways)

    async def translate(self, request: TranslationRequest) -> Translation:
        hops = self._ways.get((request.source, request.target))
        if hops is None:
            raise EngineError(
                f"Apertium has no way from {request.source} to {request.target}.",
                "Install a language pair that leads there.",
            )
        source = clean(request.text, self._settings.max_characters)
        asked = replace(request, text=source)
        known = 1.0

        async def say(text: str) -> str:
            nonlocal known
            known = 1.0
            for pair in zip(hops, hops[1:], strict=False):
                text, share = await self._hop(pair, text, kept_words)
                known = min(known, share)
            return text

        kept_words = present(source, request.terms)
        text = (await translate_keeping(asked, say, pieces=True)).text
        if known == 0.0 and text.casefold() == source.casefold():
            raise EngineError("Apertium knows none of these words.")
        text = _dressed(source, text, request.target)
        return Translation(
            request.target, text, TranslationState.FINAL, "apertium", hops, round(known, 3)
        )

    async def aclose(self) -> None:
        while self._chains:
            _, chain = self._chains.popitem()
            await chain.aclose()

    def running(self) -> dict[modes.Pair, int]:
        """Process groups by direction."""
        return {p: chain.pid for p, chain in self._chains.items() if chain.pid is not None}

    async def _hop(self, pair: modes.Pair, text: str, kept: tuple[str, ...]) -> tuple[str, float]:
        """The text in the next language, and the share of words that were known."""
        if not re.search(r"[^\W\d_]", text):
            return text, 1.0
        chain = await self._chain(pair)
        said, unknown = decode(await chain.ask(encode(_undressed(text, kept))))
        total = max(1, len(re.findall(r"[^\W\d_]+", said)))
        held = len(re.findall(r"\bZq[a-t]{2}x\b", text, re.IGNORECASE))
        return said, 1.0 - min(1.0, max(0, unknown - held) / total)

    async def _chain(self, pair: modes.Pair) -> ApertiumChain:
        chain = self._chains.pop(pair, None)
        if chain is None:
            chain = ApertiumChain(
                modes.command(self._direct[pair]), timeout_s=self._settings.timeout_s
            )
        self._chains[pair] = chain
        if len(self._chains) > self._settings.max_chains:
            _, oldest = self._chains.popitem(last=False)
            await oldest.aclose()
        return chain


def _undressed(text: str, terms: tuple[str, ...]) -> str:
    """A sentence's first letter made small, as the rules would carry the capital on."""
    first = text.split(" ", 1)[0]
    bare = first.strip(",.!?;:¿¡")
    keep = bare in _KEPT_CAPITAL or not bare.istitle() or text.startswith(terms or ("\0",))
    if keep or re.match(r"Zq[a-t]{2}x\b", first):
        return text
    at = text.find(bare)
    return text[:at] + text[at].lower() + text[at + 1 :]


def _dressed(source: str, text: str, target: str) -> str:
    """Capital, full stop and question marks as the source has them."""
    if source.endswith(_ENDS) and not text.endswith(_ENDS):
        text += source[-1]
    text = text.replace("¿", "").replace("¡", "") if target not in ("es", "ast", "gl") else text
    rest = source.split()[1:]
    if not any(
        re.match(r"\W*[^\W\d_]", w) and w[:1].isupper() and w not in _KEPT_CAPITAL for w in rest
    ):
        text = re.sub(r"(?<=[\w,;] )[^\W\d_](?=[^\W\d_]*[^\W\d_A-Z])", _small, text)
    letter = re.search(r"[^\W\d_]", source)
    if letter and letter.group().isupper():
        text = re.sub(r"[^\W\d_]", lambda found: found.group().upper(), text, count=1)
    single = len(re.findall(r"[.!?…]", source)) == 1
    if target == "es" and single and source.endswith("?") and "¿" not in text:
        text = "¿" + text
    return text


def _small(found: re.Match[str]) -> str:
    return found.group().lower()
