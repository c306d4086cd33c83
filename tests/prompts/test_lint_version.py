import ast
from importlib import resources

from mkaudio.prompts import lint_version

FOLDER = resources.files("mkaudio.prompts")
OTHERS = {"event_phrase", "find_phrase"}
"""What a noun phrase asks of the phrases, which have a version of their own."""


def imported(name):
    tree = ast.parse((FOLDER / f"{name}.py").read_text("utf-8"))
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module]
    return {node.module.rpartition(".")[2] for node in nodes if node.module.startswith("mkaudio.prompts.")}


def test_every_module_that_lints_is_in_the_version():
    reached, ahead = set(), {"lint", "noun_phrase", "language"}
    while ahead:
        reached |= ahead
        ahead = set().union(*map(imported, ahead)) - reached - OTHERS
    assert reached == set(lint_version.RULES)


def test_the_version_changes_with_a_module(monkeypatch):
    assert lint_version._version() == lint_version.LINT_VERSION
    monkeypatch.setattr(lint_version, "RULES", lint_version.RULES[:-1])
    assert lint_version._version() != lint_version.LINT_VERSION
