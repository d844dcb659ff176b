"""Colours as the codec wants them."""

import numpy as np
from PIL import Image

from domain.pictures import Rectangle
from overlay.i420 import I420


def test_conversion_follows_bt601_and_leaves_the_rest_alone() -> None:
    rgb = np.random.default_rng(1).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    picture = I420(64, 64)
    picture.convert(Image.new("RGB", (64, 64)), Rectangle(0, 0, 64, 64))
    picture.convert(Image.fromarray(rgb), Rectangle(16, 8, 32, 40))
    exact = rgb.astype(float)
    grey = exact @ [0.299, 0.587, 0.114]
    inside = slice(8, 48), slice(16, 48)
    assert np.abs(picture.y[inside] - (16 + 219 / 255 * grey)[inside]).max() <= 0.51
    for plane, channel, span in ((picture.u, 2, 1.772), (picture.v, 0, 1.402)):
        whole = 128 + 224 / 255 * (exact[..., channel] - grey) / span
        quarter = whole.reshape(32, 2, 32, 2).mean((1, 3))
        assert np.abs(plane[4:24, 8:24] - quarter[4:24, 8:24]).max() <= 1
    outside = np.ones((64, 64), bool)
    outside[inside] = False
    assert (picture.y[outside] == 16).all()
    assert len(picture.bytes()) == 64 * 64 * 3 // 2
