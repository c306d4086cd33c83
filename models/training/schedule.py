"""How high the learning rate is at a step: a rise in a line, then constant or half a cosine."""

import math

from mkaudio.models.training.config import TrainingConfig


def height(step: int, config: TrainingConfig) -> float:
    """Return the share of the full learning rate at a step.

    Source of the cosine: Loshchilov and Hutter, SGDR, arXiv 1608.03983, equation 5, one run without restarts.

    Args:
        step: number of the step, from 1.
        config: of the training.
    """
    if step < config.warm_up_steps:
        return step / config.warm_up_steps
    if config.decay == "constant":
        return 1.0
    length = max(config.max_steps - config.warm_up_steps, 1)
    return 0.5 * (1.0 + math.cos(math.pi * min((step - config.warm_up_steps) / length, 1.0)))
