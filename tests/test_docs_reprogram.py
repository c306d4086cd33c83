"""docs/reprogram.md says what there is: every setting with its default, every fallback, options that exist; its blocks run."""

import ast
import inspect
import re
import tomllib
from dataclasses import asdict
from pathlib import Path

from independent_lint import faults
from static_twin import clips_in, samples_of, write_twin

from mkaudio.cli.reprogram import reprogram
from mkaudio.pipeline.reprogram import Recipe, decide
from mkaudio.pipeline.reprogram.recipe_file import read_recipe
from mkaudio.prompts import lint
from mkaudio.shards.composition import Part, composition_columns
from mkaudio.shards.schema import MANIFEST

DOCS = Path(__file__).parent.parent / "docs"
PAGE = (DOCS / "reprogram.md").read_text("utf-8")
UNITS = {"_hz": "Hz", "_s": "s", "_db": "dB", "_share": "share"}


def test_every_setting_is_there_with_its_default_and_unit():
    rows = re.findall(r"^\| `(\w+)` \| `(.+?)` \| (\S+) \| \S.* \|$", PAGE, re.MULTILINE)
    stated = {name: tomllib.loads(f"x = {value}")["x"] for name, value, _ in rows}
    recipe = {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(Recipe()).items()}
    assert stated == recipe and list(stated) == list(recipe)
    for name, _, unit in rows:
        assert unit == next((words for end, words in UNITS.items() if name.endswith(end)), "–"), name


def test_the_recipe_of_the_page_can_be_read(tmp_path):
    (block,) = re.findall(r"^```toml\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    (tmp_path / "recipe.toml").write_text(block)
    assert Recipe(**read_recipe(tmp_path / "recipe.toml")) != Recipe()


def test_every_fallback_is_explained():
    texts = (node.value for node in ast.walk(ast.parse(inspect.getsource(decide))) if isinstance(node, ast.Constant))
    codes = {text for text in texts if isinstance(text, str) and re.fullmatch(r"no [a-z ]+", text)}
    (said,) = re.findall(r"^\*\*Fallbacks\.\*\*.*?\n\n", PAGE, re.DOTALL | re.MULTILINE)
    assert codes == set(re.findall(r"`(no [a-z ]+)`", said)) and len(codes) == 3


def test_every_option_and_every_column_that_it_names_exists():
    known = {f"--{name.replace('_', '-')}" for name in inspect.signature(reprogram).parameters}
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", PAGE)) <= known
    (columns,) = re.findall(r"^The manifest's columns.*?\n\n", PAGE, re.DOTALL | re.MULTILINE)
    part = [field.name for field in MANIFEST.field("parts").type.value_type]
    whole = [field.name for field in MANIFEST.field("composition").type]
    assert all(re.search(rf"\b{name}\b", columns) for name in (*part, *whole))
    assert part == list(Part.__dataclass_fields__) and set(composition_columns(None)) == {"parts", "composition"}


def test_its_query_runs(tmp_path):
    write_twin(samples_of(clips_in(tmp_path / "clips", (5,)), tmp_path), tmp_path / "twin")
    (block,) = re.findall(r"^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    body = ast.parse(block.replace("STATIC", str(tmp_path / "twin"))).body
    found = {}
    exec(compile(ast.Module(body[:-1], []), "page", "exec"), found)
    counts = eval(compile(ast.Expression(body[-1].value), "page", "eval"), found)
    assert dict(counts.fetchall())["CC0-1.0"] >= 4


def test_forty_sentences_have_no_fault():
    sentences = re.findall(r"^(?:-|\d+\.) (.+)$", (DOCS / "reprogrammed.md").read_text("utf-8"), re.MULTILINE)
    assert len(sentences) == 40
    for sentence in sentences:
        linted = lint(sentence)
        assert not linted.refusal and linted.text == sentence and not faults(sentence), sentence
