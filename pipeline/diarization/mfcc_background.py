"""How cepstra lie over many voices, and how they vary within one.

Made by `python -m benchmarks.diarization --background` from free recordings (LibriSpeech, LibriVox,
AISHELL-1 and samples under Apache-2.0). They are 80 averages: no voice can be told from them.
"""

# fmt: off
MEAN = (
    -2.626, -1.805, 1.406, -2.313, -1.400, -1.428, -1.581, -0.919, -0.490, -0.968,
    0.127, -1.549, 0.219, -0.765, -0.200, -0.856, 0.119, -0.859, -0.014, -0.588,
    2.541, 1.888, 1.716, 1.465, 1.247, 1.100, 1.069, 0.899, 0.921, 0.832,
    0.779, 0.684, 0.719, 0.632, 0.621, 0.608, 0.568, 0.575, 0.520, 0.502,
)
"""Mean over voices."""

SPREAD = (
    3.213, 1.767, 1.882, 1.256, 0.851, 0.889, 0.750, 0.558, 0.757, 0.611,
    0.590, 0.463, 0.518, 0.478, 0.491, 0.523, 0.378, 0.452, 0.432, 0.497,
    0.145, 0.113, 0.188, 0.162, 0.157, 0.140, 0.139, 0.122, 0.164, 0.137,
    0.150, 0.147, 0.112, 0.117, 0.128, 0.137, 0.158, 0.126, 0.144, 0.150,
)
"""Mean deviation within one voice, piece by piece of 1.5 s."""
