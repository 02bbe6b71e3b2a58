"""Writing an ONNX graph node by node."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

OPSET = 18  # that onnxruntime 1.20 and later read
IR_VERSION = 9  # that onnxruntime 1.20 and later read
TYPES = {"float32": TensorProto.FLOAT, "float64": TensorProto.DOUBLE, "bool": TensorProto.BOOL}


class Nodes:
    """Nodes, constants, inputs and outputs of a graph; every method gives the names of what it makes."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []
        self._inputs: list[onnx.ValueInfoProto] = []
        self._outputs: list[onnx.ValueInfoProto] = []

    def input(self, name: str, shape: tuple[int, ...], dtype: str) -> str:
        """An input of the graph."""
        self._inputs.append(helper.make_tensor_value_info(name, TYPES[dtype], shape))
        return name

    def output(self, value: str, name: str, shape: tuple[int, ...], dtype: str) -> None:
        """Make the result of a node an output of the graph; it has another name from then on."""
        for node in self._nodes:
            node.input[:] = [name if x == value else x for x in node.input]
            node.output[:] = [name if x == value else x for x in node.output]
        self._outputs.append(helper.make_tensor_value_info(name, TYPES[dtype], shape))

    def constant(self, value: NDArray[np.generic]) -> str:
        """A constant of the graph."""
        name = f"constant_{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def apply(self, operator: str, *inputs: str, **attributes: Any) -> str:
        """One node with one result."""
        return self._add(operator, inputs, 1, attributes)[0]

    def split(self, value: str, sizes: list[int]) -> list[str]:
        """Parts of a row."""
        if len(sizes) == 1:
            return [value]
        return self._add("Split", (value, self.constant(np.array(sizes, dtype=np.int64))), len(sizes), {"axis": 1})

    def concat(self, *values: str) -> str:
        """Rows side by side."""
        return self.apply("Concat", *values, axis=1)

    def model(self, name: str) -> onnx.ModelProto:
        """The graph as a model, checked."""
        graph = helper.make_graph(self._nodes, name, self._inputs, self._outputs, self._constants)
        version = helper.make_opsetid("", OPSET)
        model = helper.make_model(graph, opset_imports=[version], ir_version=IR_VERSION, producer_name="kinertia")
        onnx.checker.check_model(model, full_check=True)
        return model

    def _add(self, operator: str, inputs: tuple[str, ...], results: int, attributes: dict[str, Any]) -> list[str]:
        at = len(self._nodes)
        names = [f"{operator.lower()}_{at}_{k}" for k in range(results)]
        self._nodes.append(helper.make_node(operator, list(inputs), names, **attributes))
        return names
