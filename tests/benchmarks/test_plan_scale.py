"""The benchmark's law at a small size: what the driver holds is a few numbers an input, never a Python object."""

import tracemalloc

import pyarrow.parquet as pq
from benchmarks import plan_scale
from benchmarks.plan_scale import make_index, seal_index

MOST_BYTES_AN_INPUT = 180
"""Measured: 110. One `str` an input would be 100 more."""


def peak_bytes(folder, count):
    make_index(folder / "index", count)
    tracemalloc.start()
    seal_index(folder, plan_scale.parts_of(folder, count))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert pq.read_metadata(folder / "plan.parquet").num_rows >= count
    return peak


def test_an_input_costs_the_driver_no_python_object(tmp_path, monkeypatch):
    monkeypatch.setattr(plan_scale, "PART_INPUTS", 1024)
    few, many = 4_096, 32_768
    peak_bytes(tmp_path / "warm", few)
    grown = peak_bytes(tmp_path / "many", many) - peak_bytes(tmp_path / "few", few)
    per_input = grown / (many - few)
    assert per_input < MOST_BYTES_AN_INPUT
