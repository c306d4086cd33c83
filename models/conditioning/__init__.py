"""What a diffusion is told: texts and images as tokens, by frozen networks. Its modules load torch, this does not."""
