"""A finished dataset to look at, made once."""

import pytest


@pytest.fixture(scope="session")
def audited(tmp_path_factory):
    """Six tones in two shards, their prompts by a stand-in; tests change nothing in it."""
    from distilling import run_distill, write_tone

    folder = tmp_path_factory.mktemp("audited")
    for number in range(6):
        write_tone(folder / "tones" / f"{number}.wav", 200.0 + 90 * number, 1.0 + 0.1 * number)
    run_distill([folder / "tones"], folder / "out")
    return folder / "out"


@pytest.fixture(scope="session")
def made_composable(tmp_path_factory):
    """What `mkaudio reprogram` takes, tiny: clips, events, a recipe; and twin, two epochs of them, written already."""
    from static_twin import clips_in, events_in, recipe_in, write_twin

    from mkaudio.pipeline.reprogram.recipe_file import read_recipe
    from mkaudio.pipeline.stream import open_samples

    folder = tmp_path_factory.mktemp("composable")
    clips, events = clips_in(folder / "clips"), events_in(folder / "events")
    settings = read_recipe(recipe_in(folder / "recipe.toml"))
    opened = open_samples(clips, events=events, settings=settings, cache=folder / "cache")
    write_twin(opened.samples, folder / "twin", **opened.in_words())
    return folder


@pytest.fixture
def composable(made_composable, tmp_path, monkeypatch):
    """The same, and an empty working directory, whose files are the only ones that a command makes."""
    monkeypatch.setenv("MKAUDIO_CACHE", str(made_composable / "cache"))
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return made_composable


@pytest.fixture
def mkaudio(monkeypatch, capsys):
    """The command line in this process: arguments → exit code, what it printed, what it complained of."""
    from mkaudio.cli.main import main

    def run(*arguments):
        monkeypatch.setattr("sys.argv", ["mkaudio", *map(str, arguments)])
        try:
            main()
            code = 0
        except SystemExit as ended:
            code = ended.code or 0
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


@pytest.fixture
def cold():
    """The command line in a process of its own: arguments → exit code, what it complained of, whether it loaded torch."""
    import subprocess
    import sys

    code = (
        "import sys; from mkaudio.cli.main import main\n"
        "try: main()\n"
        "finally: print('torch' in sys.modules or 'transformers' in sys.modules)"
    )

    def run(*arguments):
        done = subprocess.run(
            [sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True, check=False
        )
        return done.returncode, done.stderr, done.stdout.splitlines()[-1] == "True"

    return run
