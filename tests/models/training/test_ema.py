"""The average in closed form; the module has it only meanwhile."""

import pytest
import torch

from mkaudio.models.training.ema import Ema


def module_of(value):
    module = torch.nn.Linear(2, 2)
    module.register_buffer("count", torch.tensor(3.0))
    module.bias.requires_grad_(False)
    with torch.no_grad():
        module.weight.fill_(value)
    return module


def test_the_average_is_the_closed_form():
    module = module_of(1.0)
    ema, wanted = Ema(module, 0.5), 1.0
    for step in range(1, 30):
        with torch.no_grad():
            module.weight.fill_(float(step))
        ema.update(step)
        decay = min(0.5, (1 + step) / (10 + step))
        wanted = decay * wanted + (1 - decay) * step
    assert ema.state()["weight"] == pytest.approx(wanted)


def test_without_decay_it_is_the_weights():
    module = module_of(1.0)
    ema = Ema(module, 0.0)
    with torch.no_grad():
        module.weight.fill_(4.0)
    ema.update(1)
    assert torch.equal(ema.state()["weight"], module.weight)


def test_the_module_has_the_averages_meanwhile_and_then_its_own_to_the_bit():
    torch.manual_seed(0)
    module = torch.nn.Linear(8, 8)
    ema = Ema(module, 0.9)
    before = {name: one.clone() for name, one in ema.state().items()}
    with torch.no_grad():
        module.weight.normal_()
    own = module.weight.detach().clone()
    with pytest.raises(KeyError), ema.applied():
        assert torch.equal(module.weight, before["weight"])
        raise KeyError
    assert torch.equal(module.weight, own) and torch.equal(ema.state()["weight"], before["weight"])


def test_its_state_has_the_module_s_names_and_what_has_no_average_is_the_module_s():
    module = module_of(1.0)
    ema = Ema(module, 0.5)
    with torch.no_grad():
        module.count += 1
        module.bias += 1
    state = ema.state()
    assert state.keys() == module.state_dict().keys()
    assert torch.equal(state["count"], module.count) and torch.equal(state["bias"], module.bias)


def test_tied_weights_have_the_average_under_both_names():
    module = torch.nn.Sequential(torch.nn.Linear(3, 3), torch.nn.Linear(3, 3))
    module[1].weight = module[0].weight
    ema = Ema(module, 0.5)
    with torch.no_grad():
        module[0].weight += 1
    state = ema.state()
    assert torch.equal(state["0.weight"], state["1.weight"]) and not torch.equal(state["0.weight"], module[0].weight)


def test_what_it_loads_is_what_it_said():
    first, second = Ema(module_of(1.0), 0.5), Ema(module_of(2.0), 0.5)
    second.load(first.state())
    assert torch.equal(second.state()["weight"], torch.ones(2, 2))
