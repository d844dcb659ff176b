"""Where the files of a pyannote pipeline are."""

import hashlib
from importlib.util import find_spec
from pathlib import Path

from domain.errors import EngineError, MissingError

COMMUNITY = "pyannote/speaker-diarization-community-1"


def need_package() -> None:
    """Raises MissingError where pyannote.audio is not installed; imports nothing heavy."""
    if find_spec("pyannote") is None or find_spec("pyannote.audio") is None:
        raise MissingError(
            "The Python package pyannote.audio is not installed.",
            "Install it: pip install 'dragoman[diarization]'",
        )


def find_folder(model: str, token: str = "", *, allow_download: bool = False) -> Path:
    """The folder of a pipeline given by folder or by its name on the model hub, fetched if that
    is allowed. Raises MissingError, EngineError."""
    folder = Path(model).expanduser()
    if folder.is_dir():
        return _complete(folder)
    if folder.is_absolute() or model.count("/") != 1 or model.startswith("."):
        raise MissingError(f"There is no folder {model}.", "Check the setting speakers.model_path.")
    return _complete(_from_hub(model, token, allow_download=allow_download))


def vector_name(folder: Path) -> str:
    """Names what makes the vectors: pipelines with the same speaker model share it."""
    weights = folder / "embedding" / "pytorch_model.bin"
    file = weights if weights.is_file() else folder / "config.yaml"
    return f"pyannote-{hashlib.sha256(file.read_bytes()).hexdigest()[:12]}"


def _complete(folder: Path) -> Path:
    if not (folder / "config.yaml").is_file():
        raise MissingError(
            f"{folder} is no pyannote pipeline: it lacks config.yaml.",
            f"Copy the whole repository {COMMUNITY} into it.",
        )
    return folder


def _from_hub(name: str, token: str, *, allow_download: bool) -> Path:
    try:
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError
    except ImportError as error:
        raise MissingError(
            "The Python package huggingface_hub is not installed.",
            "Install it: pip install 'dragoman[diarization]'",
        ) from error
    try:
        return Path(
            snapshot_download(name, token=token or None, local_files_only=not allow_download)
        )
    except LocalEntryNotFoundError as error:
        raise MissingError(f"The model {name} is not here.", _remedy(name)) from error
    except HfHubHTTPError as error:
        raise MissingError(
            f"The model hub refuses {name} ({type(error).__name__}).", _remedy(name)
        ) from error
    except (OSError, ValueError) as error:
        raise EngineError(f"The model {name} cannot be fetched.", _remedy(name)) from error


def _remedy(name: str) -> str:
    return (
        f"Accept its conditions at https://hf.co/{name}, make a token at "
        "https://hf.co/settings/tokens, set speakers.hub_token and speakers.allow_download; "
        "or copy the repository into a folder and name that in speakers.model_path."
    )
