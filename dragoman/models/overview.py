"""The models with their state on this machine."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

from dragoman.models.advice import recommended
from dragoman.models.catalogue import Model, catalogue
from dragoman.models.hub import Hub
from dragoman.models.machine import Machine

HERE, FETCHABLE, AWAY = "here", "can be fetched", "not reachable"


@dataclass(frozen=True, slots=True)
class Row:
    """One model as it stands here."""

    model: Model
    state: str
    where: str
    """Its folder; empty if it is not here."""
    advice: str
    """Why it is recommended for this machine; empty if it is not."""

    def plain(self) -> dict[str, Any]:
        """For programs."""
        value = asdict(self.model)
        del value["files"], value["weights"]
        return {**value, "state": self.state, "where": self.where, "recommended": self.advice}


def overview(hub: Hub, machine: Machine, pairs: Sequence[tuple[str, str]]) -> list[Row]:
    """Every model, by engine; blocks while the hub is asked once whether it is there."""
    models = catalogue(pairs)
    folders = {model.name: hub.folder(model) for model in models}
    reachable = hub.reachable()
    advice = recommended(machine, pairs)
    rows = []
    for model in models:
        folder = folders[model.name]
        state = HERE if folder else FETCHABLE if reachable else AWAY
        rows.append(Row(model, state, str(folder or ""), advice.get(model.name, "")))
    return rows


def lines(rows: Sequence[Row], machine: Machine) -> Iterator[tuple[str, str]]:
    """The rows for a terminal of 80 columns: text and its style."""
    for engine, group in groupby(rows, key=lambda row: row.model.engine):
        own = list(group)
        notes = dict.fromkeys(row.model.note for row in own if row.model.note)
        yield "", ""
        yield f"{engine}{'  ' if notes else ''}{'; '.join(notes)}", "bold"
        for row in own:
            model = row.model
            small = row.state != HERE and too_large(model, machine)
            state = f"wants a GPU with {model.gpu_gb:g} GB" if small else row.state
            mark = "*" if row.advice else " "
            text = f"{mark} {model.name:19}{size(model):>8}  {terms(model):31} {state}"
            yield text, "dim" if small else ""
    advised = [row for row in rows if row.advice]
    if advised:
        yield "", ""
        yield "* Recommended for this machine:", "bold"
        for row in advised:
            yield f"  {row.model.name:19} {row.advice}", ""
    yield "", ""
    yield "Fetch one: dragoman models fetch NAME. No model of a hub is needed by", ""
    yield "pocketsphinx, Apertium, espeak-ng and Meet's captions.", ""


def too_large(model: Model, machine: Machine) -> bool:
    """Whether the model wants a GPU that this machine does not have."""
    return model.gpu_gb > machine.gpu_gb


def terms(model: Model) -> str:
    """The licence as people should know it."""
    bar = "" if model.commercial else ": no commercial use"
    gate = ", accepted on the hub" if model.gated else ""
    return f"{model.licence}{bar}{gate}"


def size(model: Model) -> str:
    """About how much is fetched."""
    if not model.size_mb:
        return "?"
    return f"{model.size_mb / 1000:.1f} GB" if model.size_mb >= 1000 else f"{model.size_mb} MB"
