import pyarrow as pa
import pytest

from mkaudio.pipeline.where import Where, columns
from mkaudio.shards import CANDIDATES, MANIFEST


def filled(schema, rows):
    blank = {
        pa.types.is_string: "", pa.types.is_floating: 0.0, pa.types.is_integer: 0, pa.types.is_list: [], pa.types.is_struct: None,
    }  # fmt: skip
    whole = {field.name: next(value for kind, value in blank.items() if kind(field.type)) for field in schema}
    return pa.Table.from_pylist([whole | row for row in rows], schema=schema)


MANIFEST_ROWS = filled(MANIFEST, [
    {"key": "1", "duration_s": 2.0, "score": 0.5, "expert": "tagger", "labels": ["dog"]},
    {"key": "2", "duration_s": 9.0, "score": 0.7, "expert": "labels", "licence": "it's mine"},
])  # fmt: skip
LEDGER = filled(CANDIDATES, [
    {"key": "1", "expert": "tagger", "score": 0.5, "text": "A dog; it barks."},
    {"key": "2", "expert": "tagger", "score": 0.1},
    {"key": "2", "candidate": 1, "expert": "labels", "score": None},
])  # fmt: skip


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("", [1, 1, 1]),
        ("true", [1, 1, 1]),
        ("null", None),
        ("score > 0.3", [1, 0, 0]),
        ("prompt_score > 0.6", [0, 1, 1]),
        ("expert <> prompt_expert", [0, 1, 0]),
        ("duration_s < 5 or expert = 'labels'", [1, 0, 1]),
        ("list_contains(labels, 'dog')", [1, 0, 0]),
        ("licence = 'it''s mine' -- a remark", [0, 1, 1]),
        ("text like '%; it%' and 'select random() now()' <> ''", [1, 0, 0]),
        ("hash(key) % 1 = 0", [1, 1, 1]),
    ],
)
def test_a_condition_is_answered_row_by_row(condition, holds):
    if holds is None:
        with pytest.raises(ValueError, match="not true or false"):
            Where(condition)
    else:
        assert Where(condition).holds(LEDGER, MANIFEST_ROWS) == list(map(bool, holds))


@pytest.mark.parametrize(
    "condition",
    [
        "scor > 1", "score", "score >", "true; drop table x", "true) or (true", "true, true", "*", "sum(score) > 1",
        "exists(select 1)", "score in (select 1)", "random() < 0.5", "now() > '2020-01-01'::timestamp", "uuid() = text",
        "row_number() over () = 1", "unnest([true, false])", "text = ?", "current_date = '2020-01-01'::date", "order by 1",
        "COLUMNS('sc.*') > 1", "getvariable('x') = 1", "((((",
    ],
)  # fmt: skip
def test_anything_else_is_refused_with_the_columns(condition):
    with pytest.raises(ValueError, match="prompt_expert, prompt_score") as caught:
        Where(condition)
    assert "\n" not in str(caught.value) and condition in str(caught.value)


def test_what_goes_wrong_on_a_row_is_the_users_as_well():
    with pytest.raises(ValueError, match=r"--where .*Could not convert"):
        Where("cast(text as int) > 1").holds(LEDGER, MANIFEST_ROWS)


def test_no_file_is_read(tmp_path):
    (tmp_path / "x.csv").write_text("a\n1\n")
    for condition in (f"list_contains((from '{tmp_path}/x.csv'), 1)", f"text = (table '{tmp_path}/x.csv')"):
        with pytest.raises(ValueError, match="--where"):
            Where(condition)


def test_every_column_can_be_named():
    assert len(columns()) == len(set(columns()))
    Where(" and ".join(f'"{name}" is not null' for name in columns())).holds(LEDGER, MANIFEST_ROWS)
