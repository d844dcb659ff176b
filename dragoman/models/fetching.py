"""Fetches one model and tells of it."""

from dragoman import console
from dragoman.models.catalogue import Model
from dragoman.models.hub import Hub
from dragoman.models.overview import terms
from dragoman.progress import DownloadBar


def fetch(hub: Hub, model: Model) -> None:
    """Fetches what is missing of a model, with its licence told before. Raises DragomanError."""
    here = hub.folder(model)
    if here is not None:
        console.say(f"{model.name} is here: {here}")
        return
    console.say(f"{model.name} ({model.repository}): {terms(model)}.")
    if not model.commercial:
        console.say("  Its licence bars commercial use of the model.", style="bold yellow")
    wanted = hub.wanted(model)
    with DownloadBar(model.name, wanted.size) as bar:
        folder = hub.fetch(model, wanted, bar)
    console.say(f"{model.name} is here: {folder}")
    if model.note:
        console.say(f"  Next: {model.note}" if model.engine == "ctranslate2" else f"  {model.note}")
