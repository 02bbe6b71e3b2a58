"""A torch function traced once, and its elementary operations replayed on arrays of scalars of another kind.

There is one set of equations, written in torch. Whoever needs them in another form replays the trace on numpy arrays of
scalars that know plus, minus, times and divided by: symbols, or forms of a graph. What moves numbers without
computing anything (views, stacks, sums of products) is the same for all of them and stands here.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_map

Objects = NDArray[np.object_]
Operation = Callable[..., Any]


def capture(function: Callable[..., Sequence[Tensor]], shapes: Sequence[tuple[int, ...]]) -> torch.fx.GraphModule:
    """The elementary operations of a torch function of float64 tensors of ``shapes``, without control flow by values."""
    generator = torch.Generator().manual_seed(0)
    examples = [0.1 + torch.rand(shape, dtype=torch.float64, generator=generator) for shape in shapes]
    # once without tracing: what the function computes only once and keeps must hold numbers, not traced tensors
    function(*examples)
    recorder = _Recorder(examples)
    with recorder:
        result = torch.func.functionalize(function, remove="mutations_and_views")(*examples)
    return recorder.graph_module(result)


class _Recorder(TorchDispatchMode):
    """Notes the elementary operations that run while it is entered.

    What torch's ``make_fx`` finds, in a fifth of its time and without the second that loading its compiler takes.
    """

    def __init__(self, inputs: Sequence[Tensor]) -> None:
        super().__init__()
        self._graph, self._root = torch.fx.Graph(), torch.nn.Module()
        # tensors are kept, or another one may get the identity of one that is gone
        self._kept = list(inputs)
        self._nodes = {id(x): self._graph.placeholder(f"x{i}") for i, x in enumerate(inputs)}

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False  # keeping torch's compiler away from the method below would load it

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        del types
        result = func(*args, **(kwargs or {}))
        made = self._graph.call_function(func, *tree_map(self._node, (args, kwargs or {})))
        if isinstance(result, Tensor):
            self._note(result, made)
        else:
            for i, part in enumerate(result):
                self._note(part, self._graph.call_function(operator.getitem, (made, i)))
        return result

    def _note(self, x: Tensor, node: torch.fx.Node) -> None:
        self._kept.append(x)
        self._nodes[id(x)] = node

    def _node(self, x: Any) -> Any:
        """The node of a tensor; one that was there before is a constant."""
        if isinstance(x, Tensor) and id(x) not in self._nodes:
            name = f"constant{len(self._kept)}"
            self._root.register_buffer(name, x)
            self._note(x, self._graph.get_attr(name))
        return self._nodes[id(x)] if isinstance(x, Tensor) else x

    def graph_module(self, outputs: Sequence[Tensor]) -> torch.fx.GraphModule:
        """The operations that ``outputs`` need."""
        self._graph.output([self._node(x) for x in outputs])
        self._graph.eliminate_dead_code()
        return torch.fx.GraphModule(self._root, self._graph)


def replay(graph: torch.fx.GraphModule, inputs: Sequence[Objects], elementwise: Mapping[str, Operation]) -> list[Any]:
    """Run traced operations on arrays of scalars.

    ``inputs`` stand in place of the function's arguments. ``elementwise`` are functions of scalars, by the name of the torch
    operation: ``cos``, ``tanh``, ...; ``single`` rounds to single precision, which is left out where it is missing.
    NotImplementedError: the function uses an operation that has no counterpart; the message names it.
    """
    values: dict[torch.fx.Node, Any] = {}
    waiting = iter(inputs)

    def resolve(x: Any) -> Any:
        if isinstance(x, torch.fx.Node):
            return values[x]
        if isinstance(x, list | tuple):
            return [resolve(y) for y in x]
        return x

    for node in graph.graph.nodes:
        if node.op == "placeholder":
            values[node] = next(waiting)
        elif node.op == "get_attr":
            values[node] = getattr(graph, str(node.target)).detach().numpy()
        elif node.op == "output":
            return [resolve(x) for x in node.args[0]]
        else:
            operation = _operation(node.target, elementwise)
            values[node] = _wrapped(operation(*resolve(node.args), **{k: resolve(v) for k, v in node.kwargs.items()}))
    raise AssertionError("a traced graph ends with its output")


def _wrapped(x: Any) -> Any:
    """A lone scalar as an array without dimensions, which numpy unwraps after every operation."""
    if isinstance(x, np.ndarray | list | int | float | np.generic):
        return x
    out = np.empty((), dtype=object)
    out[()] = x
    return out


def _operation(target: Any, elementwise: Mapping[str, Operation]) -> Operation:
    if target is operator.getitem:
        return operator.getitem
    name = str(target).replace("_copy.", ".")  # whether torch copies or views makes no difference here
    if name in OPERATIONS:
        return OPERATIONS[name]
    if name == "aten._to.default":
        return lambda x, dtype=None, **_: _each(elementwise.get("single"), x) if dtype == torch.float32 else x
    function = elementwise.get(name.removeprefix("aten.").partition(".")[0])
    if function is None:
        raise NotImplementedError(f"no counterpart of the torch operation {target} for symbols; add it to OPERATIONS")
    return lambda *args: _each(function, *args)


def _each(function: Operation | None, *args: Any) -> Any:
    """A function of scalars applied entry by entry; nothing without a function."""
    return np.frompyfunc(function, len(args), 1)(*args) if function else args[0]


def _slice(x: Objects, dim: int = 0, start: int | None = None, end: int | None = None, step: int = 1) -> Objects:
    # torch writes "to the end" as the largest integer, which numpy takes as well
    return x[(slice(None),) * (dim % x.ndim) + (slice(start, end, step),)]


def _index(x: Objects, places: list[Any]) -> Objects:
    return x[tuple(slice(None) if place is None else place for place in places)]


def _select_scatter(x: Objects, source: Objects, dim: int, index: int) -> Objects:
    out = np.array(x, dtype=object)
    np.moveaxis(out, dim, 0)[index] = source
    return out


def _expand(x: Objects, shape: list[int]) -> Objects:
    missing = len(shape) - x.ndim
    return np.broadcast_to(x, [x.shape[i - missing] if n == -1 else n for i, n in enumerate(shape)])


def _sum(x: Objects, dims: list[int], keepdim: bool = False) -> Any:
    return np.asarray(x, dtype=object).sum(axis=tuple(dims), keepdims=keepdim)


def _ignore_options(function: Operation) -> Operation:
    """Options of a torch operation that say where and how to store have no meaning for symbols."""
    return lambda *args, **_: function(*args)


OPERATIONS: dict[str, Operation] = {  # counterparts of torch operations on arrays of numbers and scalars
    "aten.add.Tensor": lambda a, b, alpha=1: a + (b if alpha == 1 else alpha * b),
    "aten.sub.Tensor": lambda a, b, alpha=1: a - (b if alpha == 1 else alpha * b),
    "aten.rsub.Scalar": lambda a, b: b - a,
    "aten.mul.Tensor": lambda a, b: a * b,
    "aten.div.Tensor": lambda a, b: a / b,
    "aten.neg.default": lambda a: -a,
    "aten.reciprocal.default": lambda a: 1.0 / a,
    "aten.addcmul.default": lambda a, b, c, value=1: a + (b * c if value == 1 else value * b * c),
    "aten.pow.Tensor_Scalar": lambda a, power: a * a if power == 2 else a**power,
    "aten.sum.dim_IntList": _sum,
    "aten.mm.default": lambda a, b: np.dot(a, b),
    "aten.bmm.default": lambda a, b: np.stack([np.dot(x, y) for x, y in zip(a, b, strict=True)]),
    "aten.diag_embed.default": lambda x: np.expand_dims(x, -1) * np.eye(np.shape(x)[-1]),
    "aten.permute.default": lambda x, dims: np.transpose(x, dims),
    "aten.view.default": lambda x, shape: np.reshape(x, shape),
    "aten._unsafe_view.default": lambda x, shape: np.reshape(x, shape),
    "aten.unsqueeze.default": lambda x, dim: np.expand_dims(x, dim),
    "aten.squeeze.dim": lambda x, dim: np.squeeze(x, dim),
    "aten.select.int": lambda x, dim, i: np.take(x, i, axis=dim),
    "aten.slice.Tensor": _slice,
    "aten.select_scatter.default": _select_scatter,
    "aten.copy.default": _ignore_options(lambda x, source: np.broadcast_to(source, np.shape(x))),
    "aten.split.Tensor": lambda x, size, dim=0: np.split(x, range(size, np.shape(x)[dim], size), axis=dim),
    "aten.split_with_sizes.default": lambda x, sizes, dim=0: np.split(x, np.cumsum(sizes)[:-1], axis=dim),
    "aten.unbind.int": lambda x, dim=0: list(np.moveaxis(x, dim, 0)),
    "aten.index_select.default": lambda x, dim, i: np.take(x, i, axis=dim),
    "aten.index.Tensor": _index,
    "aten.expand.default": _ignore_options(_expand),
    "aten.cat.default": lambda parts, dim=0: np.concatenate(parts, axis=dim),
    "aten.stack.default": lambda parts, dim=0: np.stack(parts, axis=dim),
    "aten.alias.default": lambda x: x,
    "aten.detach.default": lambda x: x,
    "aten.lift_fresh.default": lambda x: x,
    "aten.clone.default": _ignore_options(lambda x: x),
    "aten.scalar_tensor.default": _ignore_options(np.asarray),
    "aten.eye.default": _ignore_options(np.eye),
    "aten.zeros.default": _ignore_options(np.zeros),
    "aten.full.default": _ignore_options(lambda shape, value: np.full(shape, value)),
    "aten.zeros_like.default": _ignore_options(lambda x: np.zeros(np.shape(x))),
    "aten.new_zeros.default": _ignore_options(lambda _, shape: np.zeros(shape)),
    "aten.sum.default": _ignore_options(lambda x: _sum(x, list(range(np.ndim(x))))),
    "aten.mean.default": _ignore_options(lambda x: _sum(x, list(range(np.ndim(x)))) / np.size(x)),
}
