"""Latent diffusion: its network, its noise, one training step, sampling. Its modules load torch, this does not."""
