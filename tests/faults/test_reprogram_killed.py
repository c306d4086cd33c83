"""`mkaudio reprogram --output` killed in the middle of a commit: --resume gives the bytes of an unbroken run."""

import pytest
from distilling import digests
from killing import Kill, distil_killed, trace_of
from static_twin import clips_in, events_in, recipe_in

from mkaudio.shards import verify

CLI = """
    import os, sys
    os.environ["MKAUDIO_TEST_DRIVER"] = str(os.getpid())
    sys.path[:0] = {paths!r}
    from mkaudio.cli.main import main
    source = {source!r}
    sys.argv = ["mkaudio", "reprogram", source + "/clips", "--events", source + "/events", "--recipe", source + "/recipe.toml",
                "--templates", "--epochs", "0:2", "--output", {output!r}, "--clap", "starter-fast", "--engine", "local",
                "--samples-per-shard", "5"] + ["--resume"] * ({mode!r} == "resume")
    main()
"""


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("inputs")
    clips_in(folder / "clips", (4, 3))
    events_in(folder / "events")
    recipe_in(folder / "recipe.toml")
    return folder


@pytest.mark.slow
def test_killed_and_resumed(starter, inputs, tmp_path):
    distil_killed(tmp_path / "whole-work", inputs, tmp_path / "whole", None, code=CLI)
    steps = trace_of(tmp_path / "whole-work")
    (committing,) = (one for one in steps if one[0][0] == "renamed" and one[0][1].startswith("manifest/000001"))
    ended = distil_killed(tmp_path / "work", inputs, tmp_path / "twin", Kill("group", *committing), code=CLI)
    assert ended.runs == 2 and digests(tmp_path / "twin") == digests(tmp_path / "whole")
    assert list(verify(tmp_path / "whole")) == []
