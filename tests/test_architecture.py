"""The law table of ARCHITECTURE.md is read from there and checked: imports, and what may not be loaded."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = ("prompts", "shards", "pipeline", "models", "cli")


def law_table():
    rows = {}
    for line in (ROOT / "ARCHITECTURE.md").read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) == 4 and (match := re.fullmatch(r"`(\w+)/`", cells[0])):
            allowed = set(FOLDERS) if cells[2] == "all" else set(re.findall(r"`(\w+)`", cells[2]))
            rows[match[1]] = (allowed, re.findall(r"`([\w.]+)`", cells[3]))
    return rows


LAWS = law_table()


def test_the_table_has_every_folder():
    assert sorted(LAWS) == sorted(FOLDERS)


def modules_of(folder):
    return sorted((ROOT / folder).rglob("*.py"))


def imports_of(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module


@pytest.mark.parametrize("folder", FOLDERS)
def test_imports_keep_the_law(folder):
    allowed, _ = LAWS[folder]
    for path in modules_of(folder):
        for name in imports_of(path):
            parts = name.split(".")
            assert parts[0] not in FOLDERS, f"{path}: import {name}: write mkaudio.{name}"
            if parts[0] == "mkaudio" and len(parts) > 1:
                assert parts[1] in allowed | {folder}, f"{path} imports {name}; {folder}/ may import {sorted(allowed)}"


def module_names(folder):
    if folder == "models":
        return ["mkaudio.models"]  # its files hold the networks; the package itself must stay light
    return [
        ".".join(("mkaudio", *path.relative_to(ROOT).with_suffix("").parts)).removesuffix(".__init__")
        for path in modules_of(folder)
    ]


@pytest.mark.parametrize("folder", FOLDERS)
def test_importing_loads_nothing_heavy(folder):
    _, heavy = LAWS[folder]
    assert heavy
    lines = [f"import {name}" for name in module_names(folder)]
    lines += ["import sys", f"print([name for name in {heavy!r} if name in sys.modules])"]
    found = subprocess.run([sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, check=True).stdout
    assert found.strip() == "[]"


def test_nobody_imports_a_folder_by_its_bare_name():
    for path in (ROOT / "tests").rglob("*.py"):
        assert not any(name.split(".")[0] in FOLDERS for name in imports_of(path)), path


def test_the_folders_are_links_of_the_package():
    for folder in FOLDERS:
        link = ROOT / "mkaudio" / folder
        assert link.is_symlink() and link.readlink() == Path("..") / folder
