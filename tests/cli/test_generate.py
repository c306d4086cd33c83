"""`mkaudio generate` as it is typed: files, tags, tables, and one clear line for each mistake."""

import csv
import json

import numpy as np
import pytest
import soundfile
import torch
from sounds import noise
from tiny_ldm import MEL, WINDOW_S, WordsConditioner, write_ldm, write_vae
from tiny_models import make_model

RATE_HZ = MEL.sample_rate_hz


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return write_ldm(tmp_path_factory.mktemp("runs") / "ldm")


@pytest.fixture
def words(monkeypatch):
    """The conditioner of the tiny run, which is no model that can be named."""
    from mkaudio.models.conditioning import check, load

    asked = []
    monkeypatch.setattr(check, "check_conditioner", lambda *of: None)
    monkeypatch.setattr(load, "load_conditioner", lambda *of: asked.append(of) or WordsConditioner())
    return asked


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def heard(path):
    with soundfile.SoundFile(path) as file:
        return file.read(dtype="float32"), file.samplerate, file.title, json.loads(file.comment)


def with_sound(path, n_samples=12_000):
    soundfile.write(path, noise(n_samples, 0.05)[0] * np.linspace(0.1, 3, n_samples), RATE_HZ, subtype="PCM_16")
    return path


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["a dog"], "--checkpoint is missing: give a run of mkaudio train ldm"),
        (["-c", "run"], 'nothing shall sound: give a prompt, "a dog barks"; or --prompts FILE'),
        (["a dog", " ", "-c", "run"], "prompt 2 is empty"),
        (["-c", "run", "--prompts", "empty.txt"], "--prompts empty.txt: holds no prompt"),
        (["-c", "run", "--prompts", "none.txt"], "none.txt: No such file"),
        (["a dog", "-c", "run", "--duration-s", "61"], "--duration-s 61: above 0, at most 60"),
        (["a dog", "-c", "run", "--duration-s", "0"], "--duration-s 0: above 0"),
        (["a dog", "-c", "run", "--n-candidates", "0"], "--n-candidates 0: at least 1"),
        (["a dog", "-c", "run", "--batch-size", "0"], "--batch-size 0: at least 1"),
        (["a dog", "-c", "run", "--seed", "-1"], "--seed -1: 0 or more"),
        (["a dog", "-c", "run", "--sampler", "dmp"], "--sampler dmp: dpm or ddim"),
        (["a dog", "-c", "run", "--steps", "0"], "steps 0: at least 1"),
        (["a dog", "-c", "run", "--strength", "0.5"], "--strength is about a sound: give one with --init-audio"),
        (["a dog", "-c", "run", "--inpaint", "1:2"], "--inpaint is about a sound: give one with --init-audio"),
        (["a dog", "-c", "run", "--init-audio", "no.wav"], "--init-audio no.wav: no such file"),
        (["a dog", "-c", "run", "--init-audio", "x.wav", "--strength", "1.5"], "--strength 1.5: from 0"),
        (["a dog", "-c", "run", "--init-audio", "x.wav", "--inpaint", "2:1"], "--inpaint 2:1: give seconds as A:B"),
        (["a dog", "-c", "run", "--init-audio", "x.wav", "--inpaint", "1"], "--inpaint 1: give seconds as A:B"),
        (["a dog", "-c", "run", "--image", "x.wav"], "--image stands in place of prompts"),
        (["-c", "run", "--image", "no.png"], "--image no.png: no such file"),
        (["-c", "run", "--image", "x.wav"], "x.wav: cannot be read as a picture"),
        (["-c", "run", "--image", "x.wav", "--n-candidates", "2"], "candidates are ranked by a prompt"),
        (["a dog", "-c", "run", "-o", "x.wav"], "--output x.wav: exists; name another, or give --overwrite"),
        (["a dog", "-c", "run", "-o", "x.mp3"], "--output x.mp3: written are .wav and .flac files"),
        (["a", "b", "-c", "run", "-o", "y.wav"], "--output y.wav: 2 prompts do not go into one file"),
        (["a dog", "-c", "run"], "run: no training: there is no checkpoint"),
    ],
)
def test_a_mistake_is_one_clear_line(mkaudio, here, arguments, said):
    with_sound(here / "x.wav")
    (here / "empty.txt").touch()
    code, printed, complained = mkaudio("generate", *arguments)
    assert code in (1, 2) and not printed and complained.startswith("mkaudio: ") and said in complained
    assert complained.count("\n") == 1 and sorted(one.name for one in here.iterdir()) == ["empty.txt", "x.wav"]


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["wav", "flac"])
def test_one_prompt_becomes_a_file_with_its_tags(mkaudio, run, words, here, ending):
    path = here / "new" / f"x.{ending}"
    code, printed, complained = mkaudio(
        "generate", "a dog  barks", "-c", run, "-o", path, "--duration-s", 0.7, "--seed", 9, "--steps", 3
    )
    assert code == 0 and not complained, complained
    sound, rate_hz, title, facts = heard(path)
    assert len(sound) == 0.7 * RATE_HZ and rate_hz == RATE_HZ and title == "a dog barks"
    from mkaudio.models.diffusion.saved import load_ldm

    assert facts == {
        "seed": 9, "score": "", "duration_s": 0.7, "guidance": 3.0, "steps": 3, "sampler": "dpm", "vocoder": "griffin_lim",
        "checkpoint": load_ldm(run).fingerprint, "checkpoint_step": 3,
    }  # fmt: skip
    assert f"{path}  a dog barks  (seed 9)" in printed and "1 of 0.70 s" in printed
    assert [one.name for one in path.parent.iterdir()] == [path.name] and words == [("words", "cpu", 3)]


@pytest.mark.slow
def test_several_become_a_folder_with_a_table_that_makes_them_again(mkaudio, run, words, here):
    (here / "more.csv").write_text("prompt\nrain falls\na dog\n")
    common = ["-c", run, "--steps", 3, "--duration-s", 0.3]
    code, printed, _ = mkaudio(
        "generate", "a dog", "--prompts", "more.csv", "-o", "out", *common, "--batch-size", 2, "--draw"
    )
    assert code == 0 and "3 of 0.30 s" in printed
    with (here / "out" / "prompts.csv").open(newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert [row["prompt"] for row in rows] == ["a dog", "rain falls", "a dog"]
    assert sorted(one.name for one in (here / "out").iterdir()) == sorted([
        "prompts.csv",
        *(row["file"] for row in rows),
        *(row["file"].replace(".wav", ".png") for row in rows),
    ])
    assert len({row["seed"] for row in rows}) == 3 and rows[0]["file"] == "a-dog.0.wav"
    for row in rows:
        sound, _, title, facts = heard(here / "out" / row["file"])
        assert title == row["prompt"] and str(facts["seed"]) == row["seed"] and facts["checkpoint"] == row["checkpoint"]
        mkaudio("generate", row["prompt"], *common, "--seed", row["seed"], "-o", "again.wav", "--overwrite")
        assert np.abs(heard(here / "again.wav")[0] - sound).max() < 0.02 * np.abs(sound).max() + 2e-4
    code, _, complained = mkaudio("generate", "--prompts", "out/prompts.csv", "-o", "out", *common)
    assert code == 2 and "out: not empty" in complained
    code, _, _ = mkaudio("generate", "--prompts", "out/prompts.csv", "-o", "third", *common)
    assert code == 0 and (here / "third" / "prompts.csv").read_bytes() == (here / "out" / "prompts.csv").read_bytes()


@pytest.mark.slow
def test_the_length_is_the_windows_and_a_longer_one_is_noted(mkaudio, run, words, here):
    code, _, complained = mkaudio("generate", "a dog", "-c", run, "--steps", 1)
    assert code == 0 and not complained and len(heard("generated.wav")[0]) == WINDOW_S * RATE_HZ
    code, _, complained = mkaudio("generate", "a dog", "-c", run, "--steps", 1, "--duration-s", 1.5, "-o", "y.wav")
    assert code == 0 and len(heard("y.wav")[0]) == 1.5 * RATE_HZ
    assert complained.startswith("note: 1.5 s is longer than any sound of the training, 1 s")


@pytest.mark.slow
def test_a_given_sound_is_changed_by_its_strength_and_has_its_length(mkaudio, run, words, here):
    from mkaudio.models.mel import LogMel, griffin_lim
    from mkaudio.models.vae.saved import load_vae

    with_sound(here / "x.wav", 11_111)
    common = ["generate", "a dog", "-c", run, "--steps", 4, "--init-audio", "x.wav"]
    assert mkaudio(*common, "--strength", 0, "-o", "same.wav")[0] == 0
    sound, _, _, facts = heard("same.wav")
    assert len(sound) == 11_111 and (facts["init_audio"], facts["strength"]) == ("x.wav", 0.0)
    vae, padded = load_vae(run / "vae"), torch.zeros(1, 11_264)
    padded[0, :11_111] = torch.from_numpy(soundfile.read("x.wav", dtype="float32")[0])
    expected = griffin_lim(vae.decode(vae.encode(LogMel(MEL)(padded)))[0].numpy(), MEL)[:11_111]
    assert np.abs(sound - expected / max(1, np.abs(expected).max())).max() <= 2**-15 + 1e-6
    assert mkaudio(*common, "--inpaint", "0.2:0.3", "-o", "hole.wav")[0] == 0
    assert heard("hole.wav")[3]["inpaint"] == "0.2:0.3" and heard("hole.wav")[3]["strength"] == 1.0
    assert len(heard("hole.wav")[0]) == 11_111
    assert mkaudio(*common, "--inpaint", "0.5:", "--duration-s", 0.9, "-o", "on.wav")[0] == 0
    assert len(heard("on.wav")[0]) == 0.9 * RATE_HZ and heard("on.wav")[3]["inpaint"] == "0.5:0.9"
    code, _, complained = mkaudio(*common, "--inpaint", "0.5:0.8", "-o", "no.wav")
    assert code == 2 and "--inpaint 0.5:0.8: x.wav lasts 0.69 s" in complained and complained.count("\n") == 1


@pytest.mark.slow
def test_a_prompt_that_is_cut_is_noted_once(mkaudio, run, words, here):
    (here / "prompts.txt").write_text("a dog barks at a cat\na dog barks\na dog barks at a cat\n")
    code, _, complained = mkaudio("generate", "--prompts", "prompts.txt", "-c", run, "-o", "out", "--steps", 1)
    assert code == 0
    assert complained == "note: a dog barks at a cat: 3 of its 6 tokens are read, the rest is cut\n"


@pytest.mark.slow
def test_a_conditioner_that_is_not_here_is_said_before_torch_is_loaded(cold, run, here):
    common = ["generate", "a dog", "-c", run]
    for arguments, wanted in ((["--conditioner", here], "no config.json here"), ([], "words: no such folder")):
        code, said, torch_loaded = cold(*common, *arguments)
        assert (code, torch_loaded) == (2, False) and wanted in said and said.count("\n") == 1


@pytest.mark.slow
def test_candidates_are_ranked_and_kept_where_that_is_wanted(mkaudio, run, words, here, starter):
    from mkaudio.cli.toolbox import StarterToolbox

    common = ["generate", "a dog barks", "-c", run, "--steps", 2, "--duration-s", 0.98, "--n-candidates", 3]
    code, printed, _ = mkaudio(*common, "-o", "x.wav", "--keep-candidates")
    files = sorted(here.iterdir())
    assert code == 0 and len(files) == 3 and here / "x.wav" in files
    scores = {heard(one)[3]["seed"]: heard(one)[3]["score"] for one in files}
    assert heard("x.wav")[3]["score"] == max(scores.values()) and len(scores) == 3
    scorer = StarterToolbox(starter).scorer()
    wanted = scorer.embed_text(["a dog barks"])[0]
    for one in files:  # 16 bits of a sound do not change what the ear hears
        own = float(scorer.embed_audio([heard(one)[0]])[0] @ wanted)
        assert own == pytest.approx(heard(one)[3]["score"], abs=5e-3)
    lines = [line for line in printed.splitlines() if line.startswith("  candidate")]
    assert [float(line.split()[-1]) for line in lines] == sorted(scores.values(), reverse=True)
    mkaudio(*common[:-1], 5, "-o", "folder", "--keep-candidates")
    more = {heard(one)[3]["seed"]: heard(one)[0] for one in (here / "folder").glob("*.wav")}
    assert len(more) == 5
    for one in files:
        assert np.abs(more[heard(one)[3]["seed"]] - heard(one)[0]).max() < 0.02
    mkaudio(*common, "-o", "alone.wav")
    assert heard("alone.wav")[3]["seed"] == heard("x.wav")[3]["seed"] and len(list(here.glob("alone*"))) == 1


@pytest.mark.slow
def test_without_the_starter_pack_there_is_no_ranking(mkaudio, run, here, monkeypatch):
    monkeypatch.setenv("MKAUDIO_CACHE", str(here / "cache"))
    code, _, complained = mkaudio("generate", "a dog", "-c", run, "--n-candidates", 2)
    assert code == 2 and "mkaudio fetch starter" in complained and complained.count("\n") == 1


@pytest.mark.slow
def test_the_starter_reads_the_prompt_of_a_run_that_was_trained_with_it(mkaudio, here, starter):
    from mkaudio.models.conditioning.load import load_conditioner

    write_ldm(here / "run", load_conditioner("starter", n_tokens=12))
    for prompt, name in (("a dog barks", "a.wav"), ("rain falls", "b.wav")):
        assert mkaudio("generate", prompt, "-c", "run", "--steps", 2, "-o", name)[0] == 0
    assert np.abs(heard("a.wav")[0] - heard("b.wav")[0]).max() > 0.01


@pytest.mark.slow
def test_a_picture_becomes_a_sound(mkaudio, here):
    image = pytest.importorskip("PIL.Image")
    from mkaudio.models.conditioning.load import load_conditioner

    clip = load_conditioner(f"clip-space:{make_model('clip', here / 'clip')}")
    write_ldm(here / "run", clip)
    for name, colour in (("red", (255, 0, 0)), ("blue", (0, 0, 255))):
        image.new("RGB", (40, 30), colour).save(here / f"{name}.png")
    common = ["generate", "-c", "run", "--steps", 2, "--image", "red.png"]
    assert mkaudio(*common, "-o", "out")[0] == 0
    assert heard(here / "out" / "red.0.wav")[2] == "red"
    assert mkaudio(*common, "--image", "blue.png", "-o", "video.wav")[0] == 0
    assert np.abs(heard("video.wav")[0] - heard(here / "out" / "red.0.wav")[0]).max() > 2**-15


@pytest.mark.slow
def test_what_does_not_go_with_the_checkpoint_is_refused(mkaudio, run, words, here):
    write_vae(here / "vae", seed=8)
    with_sound(here / "x.wav")
    (here / "text.png").write_text("no picture")
    image = pytest.importorskip("PIL.Image")
    image.new("RGB", (40, 30)).save(here / "a.png")
    common = ["generate", "a dog", "-c", run, "--steps", 1]
    for arguments, said in (
        ([*common, "--vae", "vae"], "its latents mean something else"),
        ([*common, "--vocoder", "hifi"], "--vocoder hifi: no such folder"),
        ([*common, "--sampler", "ddim", "--steps", 7], "steps 7: ddim needs a divisor of 1000"),
        (["generate", "a dog", "-c", "vae"], "trained was 'vae', needed is a diffusion"),
        (["generate", "-c", run, "--image", "text.png"], "text.png: cannot be read as a picture"),
        (["generate", "-c", run, "--image", "a.png"], "reads texts alone; pictures need"),
    ):
        code, printed, complained = mkaudio(*arguments)
        assert code == 2 and not printed and said in complained and complained.count("\n") == 1, complained
    assert not list(here.glob("generated*"))


@pytest.mark.slow
def test_a_vocoder_is_heard_and_named(mkaudio, run, words, here):
    from transformers import SpeechT5HifiGan, SpeechT5HifiGanConfig

    sizes = {"model_in_dim": 16, "upsample_initial_channel": 32, "upsample_rates": [16, 16]}
    sizes |= {"upsample_kernel_sizes": [32, 32], "resblock_kernel_sizes": [3], "resblock_dilation_sizes": [[1]]}
    SpeechT5HifiGan(SpeechT5HifiGanConfig(**sizes)).save_pretrained(here / "voice")
    common = ["generate", "a dog", "-c", run, "--steps", 1, "--duration-s", 0.5]
    code, _, complained = mkaudio(*common, "--vocoder", "voice", "-o", "x.wav")
    assert code == 0 and "note: --vocoder voice does not state all of its mels; taken is win_samples" in complained
    sound, _, _, facts = heard("x.wav")
    assert len(sound) == 8_000 and facts["vocoder"] == "voice"
    SpeechT5HifiGan(SpeechT5HifiGanConfig(**{**sizes, "sampling_rate": 22_050})).save_pretrained(here / "other")
    code, _, complained = mkaudio(*common, "--vocoder", "other", "-o", "y.wav")
    assert code == 2 and "sample_rate_hz 22050 (the checkpoint: 16000)" in complained
