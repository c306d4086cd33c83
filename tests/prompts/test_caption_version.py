import ast
from importlib import resources

from mkaudio.prompts import caption_version

FOLDER = resources.files("mkaudio.prompts")


def imported(name):
    tree = ast.parse((FOLDER / f"{name}.py").read_text("utf-8"))
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module]
    direct = {node.module.rpartition(".")[2] for node in nodes if node.module.startswith("mkaudio.prompts.")}
    return direct | {alias.name for node in nodes if node.module == "mkaudio.prompts" for alias in node.names}


def test_every_module_that_words_a_caption_is_in_the_version():
    reached, ahead = set(), {"scene"}
    while ahead:
        reached |= ahead
        ahead = set().union(*map(imported, ahead)) - reached
    assert reached == set(caption_version.RULES)


def test_the_version_changes_with_the_phrases(monkeypatch):
    before = caption_version._version()
    assert before == caption_version.CAPTION_VERSION
    monkeypatch.setattr(caption_version, "PHRASES_VERSION", "other")
    assert caption_version._version() != before
    monkeypatch.undo()
    monkeypatch.setattr(caption_version, "RULES", caption_version.RULES[:-1])
    assert caption_version._version() != before
