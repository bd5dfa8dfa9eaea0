"""A training spread over processes, and its state in one piece, whatever their number."""

import inspect
import warnings
from contextlib import AbstractContextManager, nullcontext
from copy import deepcopy
from typing import Any, TypeVar

import torch
from torch import Tensor, nn
from torch import distributed as dist
from torch.distributed.checkpoint.state_dict import (
    StateDictOptions,
    get_model_state_dict,
    get_optimizer_state_dict,
    set_model_state_dict,
    set_optimizer_state_dict,
)
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import FSDPModule, fully_shard, register_fsdp_forward_method
from torch.distributed.tensor import DTensor
from torch.nn.parallel import DistributedDataParallel
from torch.optim import Optimizer

from vitpose_plus.engine.config import Strategy
from vitpose_plus.engine.objective import Objective
from vitpose_plus.engine.synchronised_norm import synchronise
from vitpose_plus.engine.world import World

T = TypeVar("T")
Named = dict[str, Any]


def spread(objective: Objective, strategy: Strategy, world: World) -> nn.Module:
    """Let all processes train one network; they begin with the main one's weights.

    FSDP replaces the parameters, so an optimiser is built afterwards.

    Args:
        objective: on `world.device`. With FSDP it may call its network's forward and the network's
            own public methods, but none of the network's parts.
        strategy: how.
        world: this process among all.

    Returns:
        what gives the losses of a batch: of one process the objective itself, untouched.
    """
    if world.size == 1:
        return objective
    synchronise(objective.network)
    if strategy == "fsdp":
        _shard(objective, world)
        return objective
    with warnings.catch_warnings():
        # PyTorch 2.15 has another name for the argument, which 2.11 does not know.
        warnings.simplefilter("ignore", FutureWarning)
        # The running statistics are the same everywhere, being synchronised.
        return DistributedDataParallel(
            objective, broadcast_buffers=False, gradient_as_bucket_view=True
        )


def accumulating(module: nn.Module, last: bool) -> AbstractContextManager[None]:
    """Around forward and backward pass of a part: gradients are exchanged after the last one."""
    if isinstance(module, DistributedDataParallel):
        return nullcontext() if last else module.no_sync()
    network = getattr(module, "network", None)
    if isinstance(network, FSDPModule):
        network.set_requires_gradient_sync(last)
    return nullcontext()


def clip(objective: Objective, norm: float | None) -> Tensor:
    """Scale the gradients down to this norm in place; returns the norm that they had."""
    learning = [p for p in objective.network.parameters() if p.grad is not None]
    total = nn.utils.get_total_norm([p.grad for p in learning if p.grad is not None])
    if norm is not None:
        nn.utils.clip_grads_with_norm_(learning, norm, total)
    return total.full_tensor() if isinstance(total, DTensor) else total


def whole_weights(objective: Objective) -> dict[str, Tensor]:
    """The network's state dict, copied to the CPU: all processes call this, the main one has it."""
    weights: Any = get_model_state_dict(objective.network, options=_GATHERED)
    return _apart(weights, objective.network)


def whole_state(objective: Objective, optimiser: Optimizer) -> tuple[Named, Named]:
    """`whole_weights`, and the optimiser's state by the parameters' names, called likewise.

    An optimiser that has not taken a step has none.
    """
    weights = whole_weights(objective)
    if not optimiser.state:  # PyTorch would take a step to have something to show
        return weights, {}
    held = get_optimizer_state_dict(objective.network, optimiser, options=_GATHERED)
    return weights, _apart(held, objective.network)


def load_whole(
    objective: Objective, optimiser: Optimizer, weights: Named, optimiser_state: Named
) -> None:
    """Take what `whole_state` gave on any number of processes.

    All processes call this; the main one's arguments count, and are copied.
    """
    network = objective.network
    several = dist.is_initialized()
    options = StateDictOptions(full_state_dict=True, broadcast_from_rank0=several)
    set_model_state_dict(network, _in_rows(dict(weights)), options=options)
    if _main_has(optimiser_state):
        state = _in_rows(_apart(optimiser_state, network))
        set_optimizer_state_dict(network, optimiser, state, options=options)
        _lay_as_parameters(optimiser)


_GATHERED = StateDictOptions(full_state_dict=True, cpu_offload=True)


def _shard(objective: Objective, world: World) -> None:
    """By the blocks, and what is left of the network; frozen teachers beside it stay whole."""
    # Shards are cut from rows that lie one behind the other.
    objective.network.to(memory_format=torch.contiguous_format)
    for values in objective.network.state_dict().values():
        dist.broadcast(values, src=0)
    mesh = init_device_mesh(world.device.type, (world.size,))
    network = objective.network
    for unit in objective.units():
        fully_shard(unit, mesh=mesh)
    # Else what is left would stay open after a scoring, and its old values be the next step's.
    fully_shard(network, mesh=mesh, reshard_after_forward=True)
    for name in _public_methods(network):
        register_fsdp_forward_method(network, name)


def _public_methods(network: nn.Module) -> list[str]:
    """Its own; `forward` FSDP knows without being told."""
    own = set(dir(network)) - set(dir(nn.Module)) - set(dir(FSDPModule))
    public = (name for name in own if not name.startswith("_"))
    return sorted(name for name in public if inspect.ismethod(getattr(network, name)))


def _apart(state: T, network: nn.Module) -> T:
    """With memory of its own. What comes from or goes to a GPU is copied by that."""
    return deepcopy(state) if next(network.parameters()).is_cpu else state


def _in_rows(state: Any) -> Any:
    """Its tensors with one row behind the other.

    A broadcast sends memory as it lies, and those who receive it expect it so: a convolution's
    weights in `channels_last` would arrive in another order.
    """
    if isinstance(state, Tensor):
        return state.contiguous()
    if isinstance(state, dict):
        return {name: _in_rows(value) for name, value in state.items()}
    return state


def _lay_as_parameters(optimiser: Optimizer) -> None:
    """Give moments their parameter's memory format: a fused step goes through both as they lie."""
    for parameter, moments in optimiser.state.items():
        for name, value in moments.items():
            if value.shape == parameter.shape and value.stride() != parameter.stride():
                moments[name] = torch.empty_like(parameter, dtype=value.dtype).copy_(value)


def _main_has(state: Named) -> bool:
    if not dist.is_initialized():
        return bool(state)
    held = [bool(state)]
    dist.broadcast_object_list(held, src=0)
    return held[0]
