"""Makes a random checkpoint of ViT-B/16 size (346 MB) and deltas for query and value, to measure with: python3 make.py FOLDER"""

import json
import pathlib
import struct
import sys

import numpy as np

WIDTH, LAYERS, MLP, PATCH, CLASSES = 768, 12, 3072, 16, 1000
random = np.random.default_rng(1)
folder = pathlib.Path(sys.argv[1])
tensors = {}


def add(name, *shape):
    tensors[name] = random.standard_normal(shape, dtype=np.float32) * np.float32(0.02)


def linear(module, outputs, inputs):
    add(module + ".weight", outputs, inputs)
    add(module + ".bias", outputs)


def norm(module):
    tensors[module + ".weight"] = np.ones(WIDTH, np.float32)
    add(module + ".bias", WIDTH)


def write(path, content):
    header, offset = {}, 0
    for name in sorted(content):
        size = content[name].nbytes
        header[name] = {"dtype": "F32", "shape": list(content[name].shape), "data_offsets": [offset, offset + size]}
        offset += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for name in sorted(content):
            file.write(content[name].tobytes())


add("vit.embeddings.cls_token", 1, 1, WIDTH)
add("vit.embeddings.position_embeddings", 1, (224 // PATCH) ** 2 + 1, WIDTH)
add("vit.embeddings.patch_embeddings.projection.weight", WIDTH, 3, PATCH, PATCH)
add("vit.embeddings.patch_embeddings.projection.bias", WIDTH)
for block in range(LAYERS):
    at = f"vit.encoder.layer.{block}."
    for module in ("attention.attention.query", "attention.attention.key", "attention.attention.value", "attention.output.dense"):
        linear(at + module, WIDTH, WIDTH)
    linear(at + "intermediate.dense", MLP, WIDTH)
    linear(at + "output.dense", WIDTH, MLP)
    norm(at + "layernorm_before")
    norm(at + "layernorm_after")
norm("vit.layernorm")
linear("classifier", CLASSES, WIDTH)
config = {
    "model_type": "vit", "architectures": ["ViTForImageClassification"], "hidden_size": WIDTH, "num_hidden_layers": LAYERS,
    "num_attention_heads": 12, "intermediate_size": MLP, "image_size": 224, "patch_size": PATCH, "num_channels": 3,
    "hidden_act": "gelu", "layer_norm_eps": 1e-12, "qkv_bias": True, "id2label": {str(i): f"class {i}" for i in range(CLASSES)},
}
deltas = {
    name: random.standard_normal((WIDTH, WIDTH), dtype=np.float32) * np.float32(1e-3)
    for name in sorted(tensors) if name.endswith(("query.weight", "value.weight"))
}
(folder / "checkpoint").mkdir(parents=True)
write(folder / "checkpoint" / "model.safetensors", tensors)
(folder / "checkpoint" / "config.json").write_text(json.dumps(config))
write(folder / "delta.safetensors", deltas)

# The builder has no command for a bare base: bake a merge of zeros, then take the mark of a merge off the file.
zeros = {name: np.zeros_like(delta) for name, delta in list(deltas.items())[:1]}
write(folder / "zero.safetensors", zeros)
