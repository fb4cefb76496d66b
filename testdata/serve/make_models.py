"""Writes the small ONNX models of this folder: python make_models.py (no package needed). Helpers from ../onnx/make_models.py."""
import json, os, runpy, struct

here = os.path.dirname(os.path.abspath(__file__))
m = runpy.run_path(os.path.join(here, "..", "onnx", "make_models.py"))
os.chdir(here)
number, block, value, node = m["number"], m["block"], m["value"], m["node"]


def constant(name, dtype, values):  # TensorProto of one dimension
    data = struct.pack("<%d%s" % (len(values), {"float32": "f", "int64": "q"}[dtype]), *values)
    return number(1, len(values)) + number(2, m["TYPES"][dtype]) + block(8, name) + block(9, data)


def model(file, nodes, constants, inputs, outputs, metadata=()):
    graph = (b"".join(block(1, node(*n)) for n in nodes) + block(2, "g") + b"".join(block(5, constant(*c)) for c in constants)
             + b"".join(block(11, value(*i)) for i in inputs) + b"".join(block(12, value(*o)) for o in outputs))
    with open(file, "wb") as out:
        out.write(number(1, 8) + block(7, graph) + block(8, number(2, 17))
                  + b"".join(block(14, block(1, k) + block(2, v)) for k, v in metadata))


def scaled(factor):  # logits = factor * mean of each colour; the labels tell the factor
    labels = json.dumps(["%s%d" % (colour, factor) for colour in ("red", "green", "blue")])
    model("scaled%d.onnx" % factor,
          [("GlobalAveragePool", ["pixel_values"], ["pooled"]), ("Flatten", ["pooled"], ["flat"]), ("Mul", ["flat", "factor"], ["logits"])],
          [("factor", "float32", [factor])], [("pixel_values", "float32", ["batch", 3, 2, 2])], [("logits", "float32", ["batch", 3])],
          [("ham.labels", labels), ("ham.preprocessing", m["PREPROCESSING"])])


scaled(1)
scaled(2)
# Fails when an index is not 0..2, so that one request of a run can spoil it for the others.
model("pick.onnx", [("Gather", ["table", "index"], ["picked"])], [("table", "float32", [10, 20, 30])],
      [("index", "int64", ["batch"])], [("picked", "float32", ["batch"])])
