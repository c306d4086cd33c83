"""`mkaudio train ldm` and `mkaudio generate`, the whole way on short noises: autoencoder, diffusion, sound."""

from types import SimpleNamespace

import pytest
import soundfile

COMMON = ["--set", "stream.window_s=1", "--set", "stream.val_share=0.4", "--batch-size", "4", "--workers", "0", "--cpu"]
VAE = [
    *("--set", "vae.block_channels=[4, 4]", "--set", "vae.latent_channels=1", "--set", "vae_loss.crop_frames=0"),
    *("--set", "vae_loss.discriminator=none", "--set", "vae_training.show_every=0", *COMMON),
]
LDM = [
    *("--set", "ldm.block_channels=[8]", "--set", "ldm.attention_heads=2", "--set", "ldm.context_width=16"),
    *("--set", "ldm.attention_from_level=0", "--set", "conditioning.n_tokens=16", "--set", "ldm_training.show_every=0"),
    *("--set", "ldm_training.log_every=1", "--set", "ldm_training.checkpoint_every=2", *COMMON),
]


@pytest.mark.slow
def test_from_noises_to_a_generated_sound(mkaudio, noises, starter, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    kept = ["--cache", tmp_path / "cache"]
    assert mkaudio("train", "vae", "--data", noises, "--output", "vae", "--max-steps", 2, *VAE, *kept)[0] == 0
    whole = mkaudio(
        "train", "ldm", "--data", noises, "--vae", "vae", "--output", "whole", "--max-steps", 4, *LDM, *kept
    )
    assert whole[0] == 0 and "mse" in whole[1] and "mkaudio generate" in whole[1], whole
    parted = ("train", "ldm", "--output", "parted", *kept)
    assert mkaudio(*parted, "--data", noises, "--vae", "vae", "--max-steps", 2, *LDM)[0] == 0
    assert mkaudio(*parted, "--max-steps", 4, "--resume", "--workers", 0, "--cpu")[0] == 0
    weights = [
        (tmp_path / run / "checkpoints/00000004/weights.safetensors").read_bytes() for run in ("whole", "parted")
    ]
    assert weights[0] == weights[1]

    mkaudio("train", "vae", "--data", noises, "--output", "other", "--max-steps", 1, "--seed", 5, *VAE, *kept)
    code, _, said = mkaudio(*parted, "--vae", "other", "--max-steps", 6, "--resume", "--workers", 0, "--cpu")
    assert code == 2 and "autoencoder" in said and said.count("\n") == 1

    code, said, errors = mkaudio("generate", "A dog barks.", "--checkpoint", "whole", "--output", "dog.wav", "--duration-s", 0.7,
                                 "--steps", 2, "--cpu")  # fmt: skip
    assert code == 0, errors
    sound, rate_hz = soundfile.read("dog.wav")
    assert (len(sound), rate_hz) == (11_200, 16_000)


def test_a_conditioner_that_cannot_be_read_is_said_before_torch_is_loaded(cold, tmp_path):
    for conditioner, wanted in ((tmp_path, "no config.json here"), (tmp_path / "none", "no such folder")):
        code, said, torch_loaded = cold(
            "train", "ldm", "--data", tmp_path, "--vae", tmp_path, "--conditioner", conditioner
        )
        assert (code, torch_loaded) == (2, False) and wanted in said and said.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "--data is missing"),
        (("--set", "ldm.block_chanels=[8]"), "did you mean block_channels?"),
        (("--set", "conditioning.n_tokens=0"), "n_tokens = 0: give at least 1"),
    ],
)
def test_what_is_wrong_is_one_line(mkaudio, starter, tmp_path, monkeypatch, arguments, said):
    monkeypatch.chdir(tmp_path)
    code, out, errors = mkaudio("train", "ldm", *arguments)
    assert (code, out) == (2, "") and said in errors and errors.count("\n") == 1


def test_on_a_processor_is_there_where_there_is_a_gpu_as_well(mkaudio, noises, starter, tmp_path, monkeypatch):
    import accelerate

    def state(cpu=False):
        raise ValueError(f"asked for the processor: {cpu}")

    monkeypatch.setattr(accelerate, "PartialState", state)
    for options in ([], ["--cpu"]):
        monkeypatch.setenv("ACCELERATE_USE_CPU", "false")
        _, _, errors = mkaudio("train", "ldm", "--data", noises, "--vae", tmp_path, *options)
        assert f"asked for the processor: {bool(options)}" in errors


def test_a_run_keeps_where_its_conditioner_lies(mkaudio, noises, tmp_path, monkeypatch):
    from tiny_ldm import MEL, WordsConditioner

    from mkaudio.cli import training_run
    from mkaudio.models.conditioning import check, load
    from mkaudio.models.diffusion import kept_vae, task
    from mkaudio.models.vae import saved

    began = []
    monkeypatch.setattr(check, "check_conditioner", lambda *of: None)
    monkeypatch.setattr(load, "load_conditioner", lambda name, *of: WordsConditioner(name))
    monkeypatch.setattr(saved, "load_vae", lambda *of: SimpleNamespace(mel=MEL))
    monkeypatch.setattr(kept_vae, "keep_vae", lambda *of: None)
    monkeypatch.setattr(task, "LdmTask", lambda ldm, loss, vae, reads, seed: reads.name)
    monkeypatch.setattr(training_run, "run_training", lambda *of: began.append(of))
    monkeypatch.setenv("ACCELERATE_USE_CPU", "true")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "clap").mkdir()
    assert mkaudio("train", "ldm", "--data", noises, "--vae", "vae", "--conditioner", "clap")[0] == 0
    (asked, loaded, *_), wanted = began[0], str(tmp_path / "clap")
    assert loaded == wanted and asked.sections["conditioning"] == {"name": wanted, "n_tokens": 32}


def test_without_an_autoencoder_there_is_nothing_to_train_on(mkaudio, noises, starter, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, _, errors = mkaudio("train", "ldm", "--data", noises)
    assert code == 2 and "--vae is missing: give a run of mkaudio train vae" in errors
