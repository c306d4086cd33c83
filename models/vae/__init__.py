"""The spectrogram autoencoder: its networks, its losses, one training step. Its modules load torch, this does not."""
