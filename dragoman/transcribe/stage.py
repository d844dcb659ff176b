"""What recorded sound asks of the pipeline."""

from collections.abc import Sequence

from domain.clock import Clock
from domain.errors import UsageError
from domain.languages import name as language_name
from domain.ports import Recognizer
from dragoman.stage import Stage
from dragoman.transcribe.clock import StreamClock


async def keep_up(stage: Stage, clock: Clock, most_waiting: int) -> None:
    """Returns when all sound is heard and no more than `most_waiting` sentences wait for their
    translation; live sound waits for nobody."""
    if isinstance(clock, StreamClock):
        await stage.listener.step()
        await stage.desk.keep_up(most_waiting)


def check_recognizer(recognizer: Recognizer, spoken: Sequence[str], *, captions: bool) -> None:
    """Raises UsageError where no word can come of it."""
    info = recognizer.info
    if captions:
        return
    if info.name == "meet-captions":
        raise UsageError(
            "Meet's captions are asked for, but a file has none.",
            "Name a recogniser with --asr, or give the captions with --hints FILE.",
        )
    if spoken and info.languages and not info.languages & set(spoken):
        named = ", ".join(language_name(code) for code in spoken)
        knows = ", ".join(language_name(code) for code in sorted(info.languages))
        raise UsageError(
            f"The recogniser {info.name} does not know {named}; it knows {knows}.",
            "Name another with --asr; `dragoman doctor` lists what works here.",
        )
