"""Reprogram: events are composed with a clip and its prompt is rewritten, as a pure function of (seed, epoch, index)."""

from mkaudio.pipeline.reprogram.base import Base
from mkaudio.pipeline.reprogram.recipe import Recipe

__all__ = ["Base", "Recipe"]
