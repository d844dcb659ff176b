"""A pyannote pipeline of the true shape with random weights: it runs, and knows nothing."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np

CONFIG = """\
pipeline:
  name: pyannote.audio.pipelines.SpeakerDiarization
  params:
    clustering: VBxClustering
    segmentation: $model/segmentation
    segmentation_batch_size: 1
    embedding: $model/embedding
    embedding_batch_size: 1
    embedding_exclude_overlap: true
    plda: $model/plda
params:
  clustering:
    threshold: 0.6
    Fa: 0.07
    Fb: 0.8
  segmentation:
    min_duration_off: 0.0
"""


def write_pipeline(folder: Path, seed: int = 1) -> Path:
    """Writes the folder; needs pyannote.audio."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _write_networks(folder, seed)
    _write_plda(folder / "plda", seed)
    (folder / "config.yaml").write_text(CONFIG, encoding="utf-8")
    return folder


def _write_networks(folder: Path, seed: int) -> None:
    import torch
    from pyannote.audio.core.task import Problem, Resolution, Specifications
    from pyannote.audio.models.embedding import WeSpeakerResNet34
    from pyannote.audio.models.segmentation import PyanNet

    torch.manual_seed(seed)
    segmentation = PyanNet(lstm={"hidden_size": 128, "num_layers": 4, "bidirectional": True})
    segmentation.specifications = Specifications(
        problem=Problem.MONO_LABEL_CLASSIFICATION,
        resolution=Resolution.FRAME,
        duration=10.0,
        classes=["one", "two", "three"],
        powerset_max_classes=2,
        permutation_invariant=True,
    )
    segmentation.build()
    with torch.no_grad():  # so that it hears one, two or three speakers now and then
        segmentation.classifier.weight.mul_(100)
        segmentation.classifier.bias[0] -= 2
    embedding = WeSpeakerResNet34()
    embedding.specifications = Specifications(
        problem=Problem.REPRESENTATION, resolution=Resolution.CHUNK, duration=5.0
    )
    embedding.build()
    for name, model in (("segmentation", segmentation), ("embedding", embedding)):
        (folder / name).mkdir(parents=True, exist_ok=True)
        _save(model, folder / name / "pytorch_model.bin")


def _save(model: Any, path: Path) -> None:
    import pyannote.audio
    import torch

    kind = type(model)
    checkpoint = {
        "state_dict": model.state_dict(),
        "hyper_parameters": dict(model.hparams),
        "pytorch-lightning_version": "2.6.0",
        "pyannote.audio": {
            "versions": {"torch": torch.__version__, "pyannote.audio": pyannote.audio.__version__},
            "architecture": {"module": kind.__module__, "class": kind.__name__},
            "specifications": model.specifications,
        },
    }
    torch.save(checkpoint, path)


def _write_plda(folder: Path, seed: int) -> None:
    random = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(
        folder / "xvec_transform.npz",
        mean1=np.zeros(256),
        mean2=np.zeros(128),
        lda=np.linalg.qr(random.normal(size=(256, 128)))[0],
    )
    np.savez(folder / "plda.npz", mu=np.zeros(128), tr=np.eye(128), psi=np.linspace(4, 0.1, 128))
