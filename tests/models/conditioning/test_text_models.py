"""Text models against transformers itself; CLAP, CLIP and T5 are slow, for their imports."""

import pytest
import torch
from tiny_models import KINDS, SENTENCES, changed

from mkaudio.models.conditioning.load import load_conditioner

PROMPTS = [*SENTENCES, "", "ünïcode and 3 numbers", "a"]
SLOW = [kind if kind == "bert" else pytest.param(kind, marks=pytest.mark.slow) for kind in KINDS]

pytestmark = pytest.mark.parametrize("kind", SLOW)


def tower_of(kind, folder):
    """The text network as transformers loads it, from the whole model where there is one."""
    import transformers

    if kind in ("clap", "clip"):
        return transformers.AutoModel.from_pretrained(folder).text_model.eval()
    if kind == "clip_text_model":
        return transformers.CLIPTextModelWithProjection.from_pretrained(folder).text_model.eval()
    if kind == "t5":
        return transformers.T5ForConditionalGeneration.from_pretrained(folder).get_encoder().eval()
    return (transformers.BertModel if kind == "bert" else transformers.ClapTextModel).from_pretrained(folder).eval()


@pytest.mark.parametrize("device_rows", [None, 4])
def test_equals_transformers_padded_batch(kind, device_rows, tiny_model, monkeypatch):
    from transformers import AutoTokenizer

    from mkaudio.models.conditioning import token_states

    if device_rows:
        monkeypatch.setattr(token_states, "run_texts", in_batches(token_states.run_texts, device_rows))
    folder = tiny_model(kind)
    encoded = AutoTokenizer.from_pretrained(folder)(
        PROMPTS, padding="max_length", max_length=77, truncation=True, return_tensors="pt"
    )
    with torch.no_grad():
        expected = tower_of(kind, folder)(
            input_ids=encoded.input_ids, attention_mask=encoded.attention_mask
        ).last_hidden_state
    found = load_conditioner(str(folder))(PROMPTS)
    assert found.context.shape == (len(PROMPTS), 77, 32) and found.context.dtype == torch.float32
    assert torch.equal(found.mask, encoded.attention_mask.bool())
    assert torch.allclose(found.context[found.mask], expected[found.mask], atol=1e-5)
    assert not found.context[~found.mask].any()


def in_batches(run_texts, n_rows):
    return lambda *arguments: run_texts(*arguments, n_rows=n_rows)


def test_bits_depend_on_the_prompt_alone(kind, tiny_model):
    conditioner = load_conditioner(str(tiny_model(kind)))
    together = conditioner(PROMPTS).context
    backwards = conditioner([*PROMPTS[::-1], "another"]).context[:-1].flip(0)
    alone = torch.cat([conditioner([prompt]).context for prompt in PROMPTS])
    with torch.autocast("cpu", torch.bfloat16):
        halved = conditioner(PROMPTS).context
    assert torch.equal(together, backwards) and torch.equal(together, alone) and torch.equal(together, halved)
    assert len({row.numpy().tobytes() for row in together}) == len(PROMPTS)


def test_it_is_frozen_and_its_tokens_can_be_learnt_from(kind, tiny_model):
    conditioner = load_conditioner(str(tiny_model(kind)))
    context = conditioner(PROMPTS[:2]).context
    assert not context.requires_grad and not context.is_inference()
    projection = torch.nn.Linear(conditioner.width, 3)
    projection(context).square().sum().backward()
    assert projection.weight.grad.abs().sum() > 0


def test_a_long_prompt_is_cut_and_keeps_its_end(kind, tiny_model):
    conditioner = load_conditioner(str(tiny_model(kind)), n_tokens=8)
    whole = load_conditioner(str(tiny_model(kind)))
    long, short = " ".join(SENTENCES), "a"
    found = conditioner([long, short])
    assert found.context.shape[1] == 8 and found.mask[0].all() and not found.mask[1].all()
    assert conditioner.encode(long)[-1] == whole.encode(short)[-1]
    assert torch.equal(found.context[1], whole([short]).context[0, :8])
    n_tokens = int(whole([SENTENCES[0]]).mask.sum())
    assert n_tokens > 8 and conditioner.tokens_read(SENTENCES[0]) == (8, n_tokens)
    assert conditioner.tokens_read(short) == whole.tokens_read(short) == (int(found.mask[1].sum()),) * 2


def test_no_prompts_are_no_rows(kind, tiny_model):
    assert load_conditioner(str(tiny_model(kind)))([]).context.shape == (0, 77, 32)


def test_the_fingerprint_names_files_and_tokens(kind, tiny_model, tmp_path):
    folder = tiny_model(kind)
    first = load_conditioner(str(folder)).fingerprint
    assert load_conditioner(str(changed(folder, tmp_path / "copy"))).fingerprint != ""
    assert load_conditioner(str(folder)).fingerprint == first
    assert load_conditioner(str(folder), n_tokens=8).fingerprint != first
    other = tmp_path / "copy" / "model.safetensors"
    content = bytearray(other.read_bytes())
    content[-1] ^= 1
    other.write_bytes(content)
    assert load_conditioner(str(tmp_path / "copy")).fingerprint != first


def test_more_tokens_than_positions_are_refused(kind, tiny_model):
    most = {"clap": 88, "clip": 77, "bert": 90}.get(kind.split("_")[0])
    if most is None:
        assert load_conditioner(str(tiny_model(kind)), n_tokens=600)(["a"]).context.shape[1] == 600
        return
    long = " ".join(SENTENCES * 5)
    assert load_conditioner(str(tiny_model(kind)), n_tokens=most)([long]).mask.all()
    with pytest.raises(ValueError, match=f"n_tokens: {most + 1}: .* reads {most} tokens at most"):
        load_conditioner(str(tiny_model(kind)), n_tokens=most + 1)
    with pytest.raises(ValueError, match="n_tokens is too small"):
        load_conditioner(str(tiny_model(kind)), n_tokens=2)
