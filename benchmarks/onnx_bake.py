"""Adds deltas to the weights of a graph: onnx_bake.py GRAPH CHECKPOINT DELTAS OUT. Needs onnx, numpy and safetensors.

Weights are found by their values, as stored or transposed, since an exporter's names are its own.
"""

import sys

import numpy as np
import onnx
from onnx import numpy_helper
from safetensors.numpy import load_file

graph, checkpoint, deltas, out = sys.argv[1:]
model = onnx.load(graph)
weights = load_file(checkpoint)
changes = load_file(deltas)


def known(values):
    return values.shape, values.tobytes()


wanted = {}
for name, delta in changes.items():
    if name in weights and weights[name].shape == delta.shape:
        changed = weights[name] + delta
        wanted[known(weights[name])] = changed
        wanted[known(np.ascontiguousarray(weights[name].T))] = np.ascontiguousarray(changed.T)

for tensor in model.graph.initializer:
    changed = wanted.get(known(numpy_helper.to_array(tensor)))
    if changed is not None:
        tensor.CopyFrom(numpy_helper.from_array(changed, tensor.name))
onnx.save(model, out)
