"""CLIP's space against transformers' own CLIP."""

import json
import shutil

import numpy as np
import pytest
import torch
from PIL import Image
from tiny_models import SENTENCES, changed

from mkaudio.models.conditioning.load import load_conditioner

pytestmark = pytest.mark.slow

PROMPTS = [*SENTENCES, "", "a"]


@pytest.fixture(scope="module")
def folder(tiny_model):
    return tiny_model("clip")


@pytest.fixture(scope="module")
def space(folder):
    return load_conditioner(f"clip-space:{folder}")


@pytest.fixture(scope="module")
def whole(folder):
    from transformers import CLIPModel

    return CLIPModel.from_pretrained(folder).eval()


@pytest.fixture(scope="module")
def pictures():
    return list(np.random.default_rng(0).integers(0, 256, (3, 40, 56, 3), dtype=np.uint8))


def unit(rows):
    return torch.nn.functional.normalize(rows, dim=-1)


def expected_of(whole, pictures):
    from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

    preprocess = CLIPImageProcessorPil(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32})
    images = [Image.fromarray(pixels) for pixels in pictures]
    with torch.no_grad():
        return unit(whole.get_image_features(**preprocess(images=images, return_tensors="pt")).pooler_output)


def test_a_picture_is_its_clip_vector(space, whole, pictures):
    found = space.pictures([[pixels] for pixels in pictures])
    assert found.context.shape == (3, 1, 16) and found.mask.shape == (3, 1) and found.mask.all()
    assert torch.allclose(found.context[:, 0], expected_of(whole, pictures), atol=1e-5)


def test_a_video_is_the_unit_mean_of_its_frames_unit_vectors(space, whole, pictures):
    frames = expected_of(whole, pictures)
    found = space.pictures([pictures, pictures[:1], [pictures[0]] * 4]).context[:, 0]
    assert torch.allclose(found[0], unit(frames.mean(0)), atol=1e-5)
    assert torch.allclose(found[2], found[1], atol=1e-6)
    assert torch.allclose(found.norm(dim=-1), torch.ones(3), atol=1e-6)


def test_a_text_is_its_clip_vector_the_empty_one_too(folder, space, whole):
    from transformers import AutoTokenizer

    encoded = AutoTokenizer.from_pretrained(folder)(PROMPTS, padding=True, return_tensors="pt")
    with torch.no_grad():
        expected = unit(whole.get_text_features(**encoded).pooler_output)
    found = space(PROMPTS)
    assert (space.n_tokens, space.width) == (1, 16) and found.mask.all()
    assert torch.allclose(found.context[:, 0], expected, atol=1e-5)
    assert space([]).context.shape == (0, 1, 16)


def test_bits_depend_on_the_text_or_the_picture_alone(space, pictures):
    texts, shown = space(PROMPTS).context, space.pictures([[pixels] for pixels in pictures]).context
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(torch.cat([space([prompt]).context for prompt in PROMPTS]), texts)
        assert torch.equal(space.pictures([[pixels] for pixels in pictures[::-1]]).context.flip(0), shown)
    assert not texts.requires_grad and not shown.requires_grad


def test_a_text_is_read_as_far_as_clip_reads(space):
    assert space.tokens_read("a" * 300)[0] == 77 < space.tokens_read("a" * 300)[1]
    assert space.tokens_read("a") == (3, 3)


def test_a_file_is_its_pixels(space, pictures, tmp_path):
    Image.fromarray(pictures[0]).save(tmp_path / "a.png")
    found = space.pictures([[tmp_path / "a.png"]]).context
    assert torch.equal(found, space.pictures([[pictures[0]]]).context)


def test_no_frames_are_refused(space):
    assert space.pictures([]).context.shape == (0, 1, 16)
    with pytest.raises(ValueError, match="at least one frame"):
        space.pictures([[]])


def test_what_is_no_whole_clip_is_refused(folder, tiny_model, tmp_path):
    with pytest.raises(ValueError, match="the model_type is 'clip_text_model'; can be read: clip"):
        load_conditioner(f"clip-space:{tiny_model('clip_text_model')}")
    copy = shutil.copytree(folder, tmp_path / "copy")
    (copy / "preprocessor_config.json").write_text(json.dumps({"crop_size": {"height": 24, "width": 24}}))
    with pytest.raises(ValueError, match=r"preprocessor_config.json: cuts 24 x 24, config.json says 32 x 32"):
        load_conditioner(f"clip-space:{copy}")
    (copy / "preprocessor_config.json").unlink()
    with pytest.raises(ValueError, match=r"preprocessor_config.json: is missing"):
        load_conditioner(f"clip-space:{copy}")
    odd = changed(folder, tmp_path / "odd", text_config={"hidden_size": 30, "num_attention_heads": 4})
    with pytest.raises(ValueError, match=r"config.json: no clip can be built from it: .*not a multiple"):
        load_conditioner(f"clip-space:{odd}")
    vision = json.loads((folder / "config.json").read_text())["vision_config"]
    deeper = changed(folder, tmp_path / "deeper", vision_config=vision | {"num_hidden_layers": 3})
    with pytest.raises(ValueError, match=r"not the weights that its config.json describes: missing 16 \(vision_model"):
        load_conditioner(f"clip-space:{deeper}")
