"""Sound out of a trained diffusion: seeds, vocoders, candidates, files. Its modules load torch, this does not."""
