"""An optimizer that was loaded moves the weights as the one that was saved; a state of another network is refused."""

import copy

import pytest
import torch

from mkaudio.models.training.optimizer_state import check_groups, load_optimizer, optimizer_tensors


def moved(module, optimizer, steps, seed):
    torch.manual_seed(seed)
    for _ in range(steps):
        optimizer.zero_grad()
        module[0](torch.randn(4, 3)).square().mean().backward()  # module[1] never has a gradient
        optimizer.step()


def made(width=3):
    torch.manual_seed(0)
    module = torch.nn.Sequential(torch.nn.Linear(3, width), torch.nn.Linear(3, 3))
    groups = [{"params": list(module[1].parameters())}, {"params": list(module[0].parameters()), "lr": 0.05}]
    return module, torch.optim.AdamW(groups, lr=0.01)


def test_a_loaded_optimizer_goes_on_to_the_bit():
    module, optimizer = made()
    moved(module, optimizer, 5, 1)
    tensors = {name: one.clone() for name, one in optimizer_tensors(optimizer, module).items()}
    assert sorted(tensors) == [
        f"{slot}/0.{name}" for slot in ("exp_avg", "exp_avg_sq", "step") for name in ("bias", "weight")
    ]
    other, second = made()
    other.load_state_dict(copy.deepcopy(module.state_dict()))
    load_optimizer(second, other, tensors, "file")
    moved(module, optimizer, 3, 2)
    moved(other, second, 3, 2)
    assert torch.equal(module[0].weight, other[0].weight)


@pytest.mark.parametrize(("change", "said"), [
    (lambda tensors: tensors.update({"exp_avg/2.weight": torch.ones(1)}), "exp_avg/2.weight is of no parameter"),
    (lambda tensors: tensors.update({"exp_avg/0.weight": torch.ones(1, 3)}), r"\(1, 3\), its parameter \(3, 3\)"),
])  # fmt: skip
def test_a_state_of_another_network_is_refused(change, said):
    module, optimizer = made()
    moved(module, optimizer, 1, 1)
    tensors = optimizer_tensors(optimizer, module)
    change(tensors)
    other, second = made()
    with pytest.raises(ValueError, match=f"^file: .*{said}"):
        load_optimizer(second, other, tensors, "file")


def test_parameters_that_no_checkpoint_would_hold_are_refused():
    module, optimizer = made()
    check_groups(optimizer, module)
    with pytest.raises(ValueError, match=r"2 parameters .* that the task's module lacks"):
        check_groups(optimizer, module[0])
