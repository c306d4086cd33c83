import json
from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer
from transformers import BertModel

from mkaudio.models.starter import minilm
from mkaudio.models.starter.fetch import FetchError

TEXTS = [
    "a dog barks",
    "a dog barks while rain falls on a roof and someone far away is closing an old, squeaking door",
    "Violin.",
    "",
    "footsteps, then thunder",
]


@pytest.fixture(scope="module")
def reader(starter: Path) -> minilm.MiniLM:
    return minilm.MiniLM(starter / "minilm")


def test_equals_the_plain_padded_batch(starter: Path, reader: minilm.MiniLM) -> None:
    folder = starter / "minilm"
    model = BertModel.from_pretrained(folder, local_files_only=True).eval()
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_padding(length=32)
    encoded = tokenizer.encode_batch(TEXTS)
    mask = torch.tensor([e.attention_mask for e in encoded])
    with torch.inference_mode():
        hidden = model(input_ids=torch.tensor([e.ids for e in encoded]), attention_mask=mask).last_hidden_state
    mean = (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
    expected = torch.nn.functional.normalize(mean).numpy()
    np.testing.assert_allclose(reader.embed(TEXTS), expected, atol=1e-5)


@pytest.mark.parametrize("n_threads", [1, 2])
@pytest.mark.slow
def test_bits_depend_on_the_text_alone(starter: Path, n_threads: int) -> None:
    threads_before = torch.get_num_threads()
    torch.set_num_threads(n_threads)
    try:
        together = minilm.MiniLM(starter / "minilm").embed(TEXTS)
        backwards = minilm.MiniLM(starter / "minilm").embed([*TEXTS[::-1], "another text"])[:-1][::-1]
        alone = np.concatenate([minilm.MiniLM(starter / "minilm").embed([text]) for text in TEXTS])
    finally:
        torch.set_num_threads(threads_before)
    assert together.tobytes() == backwards.tobytes() == alone.tobytes()


def test_meaning_is_nearness(reader: minilm.MiniLM) -> None:
    dog, barking, violin = reader.embed(["a dog barks", "barking dog", "violin"])
    assert dog @ barking > 0.7 > 0.3 > dog @ violin


def test_rows_are_unit_float32(reader: minilm.MiniLM) -> None:
    rows = reader.embed(TEXTS)
    assert rows.shape == (len(TEXTS), 384) and rows.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-6)
    assert reader.embed([]).shape == (0, 384)


def test_a_text_is_read_once(starter: Path) -> None:
    reader = minilm.MiniLM(starter / "minilm")
    runs: list[int] = []
    reader._network.register_forward_pre_hook(lambda *_: runs.append(1))
    first = reader.embed(["rain", "wind", "rain"])
    first[:] = 0
    assert len(runs) == 2
    np.testing.assert_allclose(np.linalg.norm(reader.embed(["wind", "rain"]), axis=1), 1, atol=1e-6)
    assert len(runs) == 2


def test_reads_256_tokens_and_no_more(reader: minilm.MiniLM) -> None:
    rows = reader.embed(["rain " * 254, "rain " * 254 + "violin", "rain " * 253 + "violin"])
    assert np.array_equal(rows[0], rows[1]) and not np.array_equal(rows[0], rows[2])


def damaged(starter: Path, folder: Path) -> Path:
    (folder / "minilm").mkdir()
    for path in (starter / "minilm").iterdir():
        (folder / "minilm" / path.name).symlink_to(path)
    return folder / "minilm"


@pytest.mark.parametrize("n_tokens", [5, 30_521])
def test_refuses_another_tokenizer(n_tokens: int, starter: Path, tmp_path: Path) -> None:
    path = damaged(starter, tmp_path) / "tokenizer.json"
    content = json.loads(path.read_bytes())
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    others = [token for token in content["model"]["vocab"] if token not in special]
    content["model"]["vocab"] = {token: i for i, token in enumerate([*special, *others][:n_tokens])}
    path.unlink()
    path.write_text(json.dumps(content))
    with pytest.raises(ValueError, match=f"found {n_tokens} tokens"):
        minilm.MiniLM(tmp_path / "minilm")


def test_refuses_other_weights(starter: Path, tmp_path: Path) -> None:
    path = damaged(starter, tmp_path) / "config.json"
    content = json.loads(path.read_bytes())
    path.unlink()
    path.write_text(json.dumps({**content, "num_hidden_layers": 7}))
    with pytest.raises(ValueError, match="not the weights of MiniLM"):
        minilm.MiniLM(tmp_path / "minilm")


def test_a_missing_pack_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(FetchError, match="mkaudio fetch starter"):
        minilm.MiniLM(tmp_path / "minilm")


def test_a_long_list_is_read_once_and_kept(starter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minilm, "_LONG_LIST", 3)
    pack = tmp_path / "starter"
    pack.symlink_to(starter)
    texts = ["a dog barks", "rain falls", "a violin plays"]
    rows = minilm.MiniLM(pack / "minilm").embed(texts)
    (kept,) = (tmp_path / "text-vectors").glob("*.npy")
    second = minilm.MiniLM(pack / "minilm")
    monkeypatch.setattr(second, "_embed_one", None)
    assert np.array_equal(second.embed(texts), rows)
    kept.write_bytes(kept.read_bytes()[:50])
    assert np.array_equal(minilm.MiniLM(pack / "minilm").embed(texts), rows)


def test_memory_is_bounded(starter: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minilm, "_MOST_REMEMBERED", 2)
    reader = minilm.MiniLM(starter / "minilm")
    first = reader.embed(["one", "two", "three"])
    assert len(reader._read) == 2 and np.array_equal(reader.embed(["one"])[0], first[0])
