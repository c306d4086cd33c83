import numpy as np
import pytest
from PIL import Image

from mkaudio.models.conditioning.image_file import read_image


def test_a_picture_is_its_pixels(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    assert np.array_equal(read_image(tmp_path / "a.png"), pixels)


def test_grey_is_three_equal_colours_and_clear_ones_are_kept_out(tmp_path):
    Image.fromarray(np.full((2, 3), 9, np.uint8)).save(tmp_path / "grey.png")
    assert np.array_equal(read_image(tmp_path / "grey.png"), np.full((2, 3, 3), 9))
    Image.fromarray(np.full((2, 3, 4), 9, np.uint8)).save(tmp_path / "clear.png")
    assert read_image(tmp_path / "clear.png").shape == (2, 3, 3)


def test_a_picture_stands_the_right_way_up(tmp_path):
    pixels = np.zeros((2, 3, 3), np.uint8)
    pixels[0] = 200
    image = Image.fromarray(pixels)
    exif = image.getexif()
    exif[0x0112] = 6  # turned by a quarter: to be turned back clockwise
    image.save(tmp_path / "turned.png", exif=exif)
    assert np.array_equal(read_image(tmp_path / "turned.png"), np.rot90(pixels, -1))


@pytest.mark.parametrize("n_bytes", [0, 20, 60])
def test_what_is_no_whole_picture_is_refused(n_bytes, tmp_path):
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (9, 9, 3), dtype=np.uint8)).save(tmp_path / "a.png")
    (tmp_path / "a.png").write_bytes((tmp_path / "a.png").read_bytes()[:n_bytes])
    with pytest.raises(ValueError, match=r"a.png: cannot be read as a picture"):
        read_image(tmp_path / "a.png")
    with pytest.raises(ValueError, match=r"b.png: cannot be read as a picture"):
        read_image(tmp_path / "b.png")
