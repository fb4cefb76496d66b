"""Adds deltas to the weights of a graph: onnx_bake.py GRAPH CHECKPOINT DELTAS OUT. Needs onnx, numpy and safetensors.

Weights are found by their values, as stored or transposed, since an exporter's names are its own. Deltas may have the names of transformers 5, the checkpoint those before.
"""

import re
import sys

import numpy as np
import onnx
from onnx import numpy_helper
from safetensors.numpy import load_file

graph, checkpoint, deltas, out = sys.argv[1:]
model = onnx.load(graph)
weights = load_file(checkpoint)
changes = load_file(deltas)


PARTS = {"q": "query", "k": "key", "v": "value"}


def older(name):
    return re.sub(
        r"vit\.layers\.(\d+)\.attention\.([qkv])_proj",
        lambda found: f"vit.encoder.layer.{found[1]}.attention.attention.{PARTS[found[2]]}",
        name,
    )


def known(values):
    return values.shape, values.tobytes()


wanted = {}
for name, delta in changes.items():
    weight = weights[name if name in weights else older(name)]
    changed = weight + delta
    wanted[known(weight)] = changed
    wanted[known(np.ascontiguousarray(weight.T))] = np.ascontiguousarray(changed.T)

baked = 0
for tensor in model.graph.initializer:
    changed = wanted.get(known(numpy_helper.to_array(tensor)))
    if changed is not None:
        tensor.CopyFrom(numpy_helper.from_array(changed, tensor.name))
        baked += 1
if baked != len(changes):
    sys.exit(f"{graph}: expected {len(changes)} weights to change, found {baked}")
onnx.save(model, out)
