"""Tiny models, made once a session."""

import pytest


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory):
    """Return a function: model_type -> folder of a whole tiny model. It must not be changed."""
    from tiny_models import make_model

    made = {}

    def folder(kind):
        if kind not in made:
            made[kind] = make_model(kind, tmp_path_factory.mktemp("models") / kind)
        return made[kind]

    return folder
