"""The autoencoder in a diffusion's run: copied once, and never another one in its place."""

import pytest
from tiny_ldm import write_vae

from mkaudio.models.diffusion.kept_vae import keep_vae
from mkaudio.models.vae.saved import load_vae


def test_another_one_is_refused_with_a_way_out_that_there_is(tmp_path):
    first, other = (load_vae(write_vae(tmp_path / f"vae-{seed}", seed)) for seed in (0, 1))
    run = tmp_path / "run"
    for _ in range(2):
        assert load_vae(keep_vae(first, run)).fingerprint == first.fingerprint
    with pytest.raises(ValueError, match=r"run/vae: holds .* was trained on it here: take another --output, or"):
        keep_vae(other, run)
    (run / "checkpoints" / "00000000").mkdir(parents=True)
    with pytest.raises(ValueError, match=r"its latents mean something else; leave --vae away to take the run's own"):
        keep_vae(other, run)
    assert load_vae(run / "vae").fingerprint == first.fingerprint
