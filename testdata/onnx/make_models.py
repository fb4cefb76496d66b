"""Writes the tiny ONNX models of this folder, byte by byte: python make_models.py (no package needed).

Field numbers are those of onnx.proto (ONNX 1.16, IR version 8).
"""
import json, os

os.chdir(os.path.dirname(os.path.abspath(__file__)))
TYPES = {"float32": 1, "uint8": 2, "int8": 3, "int16": 5, "int32": 6, "int64": 7, "string": 8, "bool": 9, "float16": 10,
         "float64": 11, "bfloat16": 16}


def varint(value):
    out = b""
    while value > 127:
        out, value = out + bytes([value & 127 | 128]), value >> 7
    return out + bytes([value])


def number(field, value):
    return varint(field << 3) + varint(value)


def block(field, body):
    body = body.encode() if isinstance(body, str) else body
    return varint(field << 3 | 2) + varint(len(body)) + body


def value(name, dtype, shape):  # ValueInfoProto; a text in the shape is a dimension's name
    dims = b"".join(block(1, block(2, d) if isinstance(d, str) else number(1, d)) for d in shape)
    return block(1, name) + block(2, block(1, number(1, TYPES[dtype]) + block(2, dims)))


def node(operator, inputs, outputs):  # NodeProto
    return b"".join(block(1, i) for i in inputs) + b"".join(block(2, o) for o in outputs) + block(4, operator)


def model(file, nodes, inputs, outputs, metadata=()):  # ModelProto with its GraphProto
    graph = (b"".join(block(1, node(*n)) for n in nodes) + block(2, "g")
             + b"".join(block(11, value(*i)) for i in inputs) + b"".join(block(12, value(*o)) for o in outputs))
    with open(file, "wb") as out:
        out.write(number(1, 8) + block(7, graph) + block(8, number(2, 17))
                  + b"".join(block(14, block(1, k) + block(2, v)) for k, v in metadata))


def identity(file, types, shape):
    model(file, [("Identity", [t], [t + "_out"]) for t in types], [(t, t, shape) for t in types],
          [(t + "_out", t, shape) for t in types])


def colors(file, batch, metadata, ending=None):
    nodes = [("GlobalAveragePool", ["pixel_values"], ["pooled"]), ("Flatten", ["pooled"], ["flat" if ending else "logits"])]
    model(file, nodes + ([(ending, ["flat"], ["logits"])] if ending else []),
          [("pixel_values", "float32", [batch, 3, 2, 2])], [("logits", "float32", [batch, 3])], metadata)


PREPROCESSING = json.dumps({"size": {"height": 2, "width": 2}, "resample": 2, "image_mean": [0.5] * 3, "image_std": [0.5] * 3})
METADATA = [("ham.labels", '["red", "green", "blue"]'), ("ham.preprocessing", PREPROCESSING)]

identity("types.onnx", [t for t in TYPES if t != "string"], ["n", 2])
identity("scalar.onnx", ["float32"], [])
identity("strings.onnx", ["string"], ["n"])
model("add.onnx", [("Add", ["a", "b"], ["sum"])], [("a", "float32", ["n"]), ("b", "float32", ["m"])], [("sum", "float32", ["k"])])
colors("colors.onnx", "batch", METADATA)
colors("colors_batch2.onnx", 2, METADATA)
colors("colors_bare.onnx", "batch", [])
colors("colors_softmax.onnx", "batch", METADATA, "Softmax")
colors("colors_sigmoid.onnx", "batch", METADATA, "Sigmoid")
