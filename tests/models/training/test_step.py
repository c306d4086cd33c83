"""A step is AdamW's on the gradient of the whole batch, however it is divided; groups are clipped apart."""

import pytest
import torch
from accelerate import Accelerator
from training_fakes import FakeStream, FakeTask, config_of

from mkaudio.models.training.batches import SoundBatch
from mkaudio.models.training.draw import StepDraw
from mkaudio.models.training.step import Stepper

BATCH = SoundBatch.of(FakeStream().batch(0, 0), torch.device("cpu"))


def draw_of(step=5, seed=0):
    return StepDraw(seed, step, range(8))


def stepped(task, steps=1, seed=0, **settings):
    stepper = Stepper(task, config_of(**settings), Accelerator(mixed_precision="no"))
    for step in range(5, 5 + steps):
        numbers = stepper.gradients(BATCH, draw_of(step, seed), stop=False)
        grads = [None if one.grad is None else one.grad.clone() for one in task.module.parameters()]
        stepper.move(step, numbers)
    return numbers, grads


def test_a_step_is_adamw_s():
    task, reference = FakeTask(dropout=0.0), FakeTask(dropout=0.0)
    numbers, _ = stepped(task, clip_norm=0.0, warm_up_steps=10)
    loss, _ = reference.module(BATCH, draw_of())
    loss.backward()
    groups = reference.parameter_groups(0.01 * 5 / 10)
    torch.optim.AdamW(groups, lr=0.01 * 5 / 10, betas=(0.9, 0.999), weight_decay=0.01).step()
    for own, wanted in zip(task.module.parameters(), reference.module.parameters(), strict=True):
        assert torch.allclose(own, wanted, rtol=1e-6, atol=1e-7)
    assert numbers.by_name()["loss"] == loss
    norm = torch.cat([one.grad.flatten() for one in groups[0]["params"]]).norm()
    assert numbers.by_name()["grad_norm_network"] == pytest.approx(float(norm))


@pytest.mark.parametrize("accumulate", [2, 4, 8])
def test_micro_batches_make_the_gradient_of_the_whole(accumulate):
    whole, parts = FakeTask(dropout=0.0), FakeTask(dropout=0.0)
    one, grads = stepped(whole)
    other, parted = stepped(parts, accumulate=accumulate)
    assert torch.allclose(one.values, other.values, atol=1e-6) and len(other.losses) == accumulate
    assert parts.module.largest == 8 // accumulate
    assert all(torch.allclose(a, b, atol=1e-6) for a, b in zip(grads, parted, strict=True))


def test_each_group_is_clipped_to_its_own_norm():
    task, free = FakeTask(dropout=0.0), FakeTask(dropout=0.0)
    numbers, grads = stepped(task, clip_norm=0.1)
    _, wanted = stepped(free, clip_norm=0.0)
    judge = [name.startswith("judge") for name, _ in task.module.named_parameters()]
    for inside, name in ((True, "grad_norm_judge"), (False, "grad_norm_network")):
        norm = float(numbers.by_name()[name])
        assert norm > 0.1
        clipped = torch.cat([one.flatten() for one, own in zip(grads, judge, strict=True) if own == inside])
        whole = torch.cat([one.flatten() for one, own in zip(wanted, judge, strict=True) if own == inside])
        assert torch.allclose(clipped, whole * 0.1 / norm, rtol=1e-4)


def test_dropout_comes_from_the_step_and_not_from_the_global_generator():
    found = []
    for seed, accumulate in ((1, 1), (2, 1)):
        torch.manual_seed(seed)
        found.append(stepped(FakeTask(), 2, accumulate=accumulate)[0].values)
    assert torch.equal(*found)
    assert not torch.equal(found[0], stepped(FakeTask(), 2, seed=1)[0].values)


def test_bfloat16_is_near_and_the_weights_stay_float32():
    task, reference = FakeTask(dropout=0.0), FakeTask(dropout=0.0)
    near, wanted = stepped(task, precision="bfloat16")[0].values, stepped(reference)[0].values
    assert torch.allclose(near, wanted, rtol=0.03) and not torch.equal(near, wanted)
    assert {one.dtype for one in task.module.parameters()} == {torch.float32}


def test_a_parameter_that_no_loss_needs_yet_does_not_move():
    task = FakeTask(judge_from=99)
    before = task.module.judge.weight.detach().clone()
    numbers, _ = stepped(task, 2)
    assert torch.equal(task.module.judge.weight, before) and numbers.by_name()["grad_norm_judge"] == 0


def test_numbers_that_change_or_take_the_loop_s_names_are_refused():
    task = FakeTask()
    stepper = Stepper(task, config_of(), Accelerator(mixed_precision="no"))
    stepper.gradients(BATCH, draw_of(), stop=False)
    forward = task.module.forward

    def other(name):
        def changed(batch, draw):
            loss, numbers = forward(batch, draw)
            return loss, {**numbers, name: loss.detach()}

        return changed

    task.module.forward = other("kl")
    with pytest.raises(ValueError, match="reported loss, square, mean, and then loss, square, mean, kl"):
        stepper.gradients(BATCH, draw_of(), stop=False)
    task.module.forward = other("learning_rate")
    with pytest.raises(ValueError, match="reports learning_rate: these names are the loop's"):
        stepper.gradients(BATCH, draw_of(), stop=False)
