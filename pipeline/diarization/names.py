"""Enrolled people among voices."""

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

from domain.speakers import Voiceprint
from pipeline.diarization.spectra import Floats
from pipeline.diarization.vectors import Rules


def recognised(
    voices: Mapping[str, tuple[Floats, float]],
    people: Sequence[Voiceprint],
    rules: Rules,
) -> dict[str, str]:
    """Names by label, for voices that are surely an enrolled person's.

    `voices` gives each label's unit vector and seconds of speech; `people` must be of the same
    model. A person is one voice at most. No name is given below `rules.recognise`, for less than
    `rules.recognise_s` of speech, or where two people are nearly as near.
    """
    labels = [label for label, (_, speech_s) in voices.items() if speech_s >= rules.recognise_s]
    if not labels or not people:
        return {}
    scores = np.array([[likeness(voices[label][0], p) for p in people] for label in labels])
    names: dict[str, str] = {}
    for row, column in zip(*linear_sum_assignment(-scores), strict=True):
        score = scores[row, column]
        rivals = [s for i, s in enumerate(scores[row]) if people[i].name != people[column].name]
        if score >= rules.recognise and score - max(rivals, default=-1.0) >= rules.margin:
            names[labels[row]] = people[column].name
    return names


def likeness(vector: Floats, person: Voiceprint) -> float:
    """Cosine, -1..1."""
    return float(vector @ np.asarray(person.vector, dtype=np.float32))


def of_model(people: Sequence[Voiceprint], model: str) -> list[Voiceprint]:
    """Those whose vectors can be compared with this model's."""
    return [person for person in people if person.model == model]
