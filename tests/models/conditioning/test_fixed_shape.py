"""The shape of a forward depends on no neighbour, nor do the bits of a row."""

import pytest
import torch

from mkaudio.models.conditioning.fixed_shape import ROWS_ON_A_GPU, rows_on, run_texts

TOKENS = [[5, 6, 7], [8], [9, 10], [11, 12, 13, 14], [1]]
CPU = torch.device("cpu")


def test_on_a_processor_each_text_runs_alone_at_its_own_length():
    shapes = []

    def run(ids, mask):
        shapes.append(tuple(ids.shape))
        assert mask.all()
        return ids[..., None]

    found = list(run_texts(run, TOKENS, 6, 0, CPU))
    assert shapes == [(1, len(row)) for row in TOKENS]
    assert [row[:, 0].tolist() for row in found] == TOKENS


@pytest.mark.parametrize("n_texts", [1, 2, 5])
def test_in_batches_every_forward_has_one_shape(n_texts):
    shapes = []

    def run(ids, mask):
        shapes.append(tuple(ids.shape))
        assert torch.equal(ids != 99, mask.bool()) and mask.any(1).all()
        return ids

    found = list(run_texts(run, TOKENS[:n_texts], 6, 99, CPU, n_rows=2))
    assert shapes == [(2, 6)] * -(-n_texts // 2)
    assert [row[row != 99].tolist() for row in found] == TOKENS[:n_texts]


def test_elsewhere_than_on_a_processor_texts_run_in_batches():
    assert (rows_on(CPU), rows_on(torch.device("cuda", 1))) == (1, ROWS_ON_A_GPU)


def test_bits_of_a_row_depend_on_no_neighbour_in_a_batch():
    torch.manual_seed(0)
    table = torch.nn.Embedding(15, 48)
    layer = torch.nn.TransformerEncoderLayer(48, 4, 96, dropout=0.0, batch_first=True).eval()

    def run(ids, mask):
        return layer(table(ids), src_key_padding_mask=mask == 0)

    first = list(run_texts(run, TOKENS, 6, 0, CPU, n_rows=4))
    again = list(run_texts(run, TOKENS[::-1], 6, 0, CPU, n_rows=4))[::-1]
    for ids, one, other in zip(TOKENS, first, again, strict=True):
        assert torch.equal(one[: len(ids)], other[: len(ids)])


def test_it_runs_in_float32_without_gradients_whatever_surrounds_it():
    layer = torch.nn.Linear(1, 3)
    with torch.autocast("cpu", torch.bfloat16):
        (row,) = run_texts(lambda ids, mask: layer(ids[..., None].float()), [[1, 2]], 2, 0, CPU)
    assert row.dtype == torch.float32 and not row.requires_grad
