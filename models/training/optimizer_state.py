"""The state of an optimizer as tensors with names: `<slot>/<name of the parameter>`, as `exp_avg/decoder.conv_in.weight`."""

from collections.abc import Mapping

import torch


def optimizer_tensors(optimizer: torch.optim.Optimizer, module: torch.nn.Module) -> dict[str, torch.Tensor]:
    """Return the state by name; a parameter that never had a gradient has none.

    Args:
        optimizer: of the module.
        module: whose parameters it moves.
    """
    names = {id(one): name for name, one in module.named_parameters()}
    return {
        f"{slot}/{names[id(parameter)]}": tensor
        for parameter, slots in optimizer.state.items()
        for slot, tensor in slots.items()
    }


def load_optimizer(
    optimizer: torch.optim.Optimizer, module: torch.nn.Module, tensors: Mapping[str, torch.Tensor], where: str
) -> None:
    """Take the state from what `optimizer_tensors` returned.

    Args:
        optimizer: a new one of the same groups.
        module: whose parameters it moves.
        tensors: by name.
        where: the file, for messages.

    Raises:
        ValueError: a tensor is of no parameter, or has another shape.
    """
    parameters = dict(module.named_parameters())
    numbers = {id(one): number for number, one in enumerate(_moved(optimizer))}
    state: dict[int, dict[str, torch.Tensor]] = {}
    for said, tensor in tensors.items():
        slot, _, name = said.partition("/")
        parameter = parameters.get(name)
        if parameter is None or id(parameter) not in numbers:
            raise ValueError(
                f"{where}: {said} is of no parameter that is trained here; the checkpoint is of another network"
            )
        if tensor.ndim and tensor.shape != parameter.shape:
            raise ValueError(
                f"{where}: {said} has the shape {tuple(tensor.shape)}, its parameter {tuple(parameter.shape)}; "
                "the checkpoint is of another network"
            )
        state.setdefault(numbers[id(parameter)], {})[slot] = tensor
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})


def check_groups(optimizer: torch.optim.Optimizer, module: torch.nn.Module) -> None:
    """See that what is moved is in the module, so that it is in the checkpoint.

    Args:
        optimizer: of the module.
        module: whose parameters it moves.

    Raises:
        ValueError: a parameter is not the module's.
    """
    own = {id(one) for one in module.parameters()}
    strange = [tuple(one.shape) for one in _moved(optimizer) if id(one) not in own]
    if strange:
        raise ValueError(
            f"parameter_groups() has {len(strange)} parameters (shapes {strange[:3]}) that the task's module lacks"
        )


def _moved(optimizer: torch.optim.Optimizer) -> list[torch.Tensor]:
    return [one for group in optimizer.param_groups for one in group["params"]]
