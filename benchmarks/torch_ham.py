"""HAM on texts by its description (arXiv 2509.13211; docs/training.md), in plain PyTorch and without anything of ham's, to compare ham's results with:

    torch_ham.py BASE CLINC150 [--lr 1e-4] [--batch 64] [--epochs 3] [--tasks 15] [--order 1993] [--threads 2] [--fp32] [--ceilings]

BASE is a BERT-like folder with a tokenizer.json (`ham import`), CLINC150 a folder with data_full.json. Query and value, rank 16, keep 0.6, tau 0.1, at most 5 groups, mean of the tokens at unit
length, adapters trained one after the other beside the groups; prints last accuracy by the linear, prototype and analytic head (M = 2000). With --ceilings also
what the analytic head would have with the statistics of all data taken again through the last model, at several scales of its delta; no learner of a stream could know that. Needs torch, transformers and safetensors.
"""

import argparse
import json
import math
import pathlib
import time

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from transformers import PreTrainedTokenizerFast

RANK, KEEP, TAU, GROUPS, WIDE = 16, 0.6, 0.1, 5, 2000

parser = argparse.ArgumentParser()
parser.add_argument("base", type=pathlib.Path)
parser.add_argument("data", type=pathlib.Path)
parser.add_argument("--lr", type=float, default=1e-4)
parser.add_argument("--batch", type=int, default=64)
parser.add_argument("--epochs", type=int, default=3)
parser.add_argument("--tasks", type=int, default=15)
parser.add_argument("--order", type=int, default=1993)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--fp32", action="store_true")
parser.add_argument("--ceilings", action="store_true")
options = parser.parse_args()
torch.manual_seed(0)
torch.set_num_threads(options.threads)

config = json.loads((options.base / "config.json").read_text())
width, blocks, heads = config["hidden_size"], config["num_hidden_layers"], config["num_attention_heads"]
weights = {name.removeprefix("bert."): value.float() for name, value in load_file(options.base / "model.safetensors").items()}
tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(options.base / "tokenizer.json"))
tokenizer.backend_tokenizer.no_padding()
tokenizer.backend_tokenizer.no_truncation()
rows = json.loads((options.data / "data_full.json").read_text())
names = sorted({label for _, label in rows["train"]})
classes = len(names)
place = {names[c]: i for i, c in enumerate(np.random.RandomState(options.order).permutation(classes))}


def load(split):
    return [tokenizer(text)["input_ids"] for text, _ in rows[split]], np.array([place[label] for _, label in rows[split]])


train, train_labels = load("train")
test, test_labels = load("test")


def linear(values, name, delta=None):
    weight = weights[name + ".weight"]
    return F.linear(values, weight if delta is None else weight + delta, weights[name + ".bias"])


def norm(values, name):
    return F.layer_norm(values.float(), (width,), weights[name + ".weight"], weights[name + ".bias"], config["layer_norm_eps"])


def encode(texts, deltas):
    """Unit vectors [texts, width]."""
    length = max(map(len, texts))
    ids, mask = torch.zeros(len(texts), length, dtype=torch.long), torch.zeros(len(texts), length)
    for i, text in enumerate(texts):
        ids[i, : len(text)], mask[i, : len(text)] = torch.tensor(text), 1
    words, positions, types = (weights[f"embeddings.{part}_embeddings.weight"] for part in ("word", "position", "token_type"))
    hidden = norm(words[ids] + positions[:length] + types[0], "embeddings.LayerNorm")

    def split(values):
        return values.view(len(texts), length, heads, width // heads).transpose(1, 2)

    with torch.autocast("cpu", torch.bfloat16, enabled=not options.fp32):
        for block in range(blocks):
            layer = f"encoder.layer.{block}."
            query = split(linear(hidden, layer + "attention.self.query", deltas.get((block, "query"))))
            key = split(linear(hidden, layer + "attention.self.key"))
            value = split(linear(hidden, layer + "attention.self.value", deltas.get((block, "value"))))
            seen = F.scaled_dot_product_attention(query, key, value, attn_mask=mask[:, None, None, :].bool())
            seen = seen.transpose(1, 2).reshape(len(texts), length, width)
            hidden = norm(linear(seen, layer + "attention.output.dense") + hidden, layer + "attention.output.LayerNorm")
            inner = F.gelu(linear(hidden, layer + "intermediate.dense"))
            hidden = norm(linear(inner, layer + "output.dense") + hidden, layer + "output.LayerNorm")
    return F.normalize((hidden.float() * mask[..., None]).sum(1) / mask.sum(1, keepdim=True), dim=1)


KEYS = [(block, part) for block in range(blocks) for part in ("query", "value")]


@torch.no_grad()
def features(texts, deltas):
    order = np.argsort([len(text) for text in texts], kind="stable")
    found = torch.zeros(len(texts), width)
    for start in range(0, len(texts), 256):
        part = order[start : start + 256]
        found[torch.tensor(part)] = encode([texts[i] for i in part], deltas)
    return found


def prune(values):
    kept = values.abs().flatten().sort(descending=True, stable=True).indices[: math.ceil(KEEP * values.numel() - 1e-9)]
    pruned = torch.zeros(values.numel())
    pruned[kept] = values.flatten()[kept]
    return pruned.view_as(values)


def inner_product(one, other):
    return sum((one[key].double() * other[key].double()).sum().item() for key in KEYS)


groups = []  # of the deltas, the scalar and the number of members
mixing = torch.randn(width, WIDE, generator=torch.Generator().manual_seed(1))
gram = torch.zeros(WIDE, WIDE, dtype=torch.float64)
targets = torch.zeros(WIDE, classes, dtype=torch.float64)
means, head_weights, head_biases = torch.zeros(classes, width), [], []
began, trained, seconds = time.time(), 0, 0.0
for task in range(options.tasks):
    first, last = task * classes // options.tasks, (task + 1) * classes // options.tasks
    own = np.where((train_labels >= first) & (train_labels < last))[0]
    a = {key: torch.empty(RANK, width) for key in KEYS}
    for matrix in a.values():
        torch.nn.init.kaiming_uniform_(matrix, a=math.sqrt(5))
    b = {key: torch.zeros(width, RANK) for key in KEYS}
    head, bias = torch.nn.init.trunc_normal_(torch.empty(last - first, width), std=0.02), torch.zeros(last - first)
    scalar, scalars = torch.tensor(1.0), [torch.tensor(float(group["scalar"])) for group in groups]
    for parameter in [*a.values(), *b.values(), head, bias, scalar, *scalars]:
        parameter.requires_grad_(True)
    rates = [options.lr, 5e-3, 1e-3]
    parts = [[*a.values(), *b.values()], [head, bias], [scalar, *scalars]]
    adam = torch.optim.Adam([{"params": part, "lr": rate} for part, rate in zip(parts, rates)])
    steps, step, start = options.epochs * math.ceil(len(own) / options.batch), 0, time.time()
    for epoch in range(options.epochs):
        shuffled, loss_sum = np.random.RandomState(100 * task + epoch).permutation(own), 0.0
        for i in range(0, len(shuffled), options.batch):
            for part, rate in zip(adam.param_groups, rates):
                part["lr"] = rate * 0.5 * (1 + math.cos(math.pi * step / steps))
            step += 1
            batch = shuffled[i : i + options.batch]
            deltas = {
                key: sum((s * group["delta"][key] for s, group in zip(scalars, groups)), scalar * (b[key] @ a[key]))
                for key in KEYS
            }
            logits = F.linear(encode([train[j] for j in batch], deltas), head, bias)
            loss = F.cross_entropy(logits, torch.tensor(train_labels[batch] - first))
            adam.zero_grad()
            loss.backward()
            adam.step()
            loss_sum += loss.item() * len(batch)
    seconds += time.time() - start
    trained += options.epochs * len(own)
    for group, value in zip(groups, scalars):
        group["scalar"] = value.item()
    new = {key: prune(b[key].detach()) @ prune(a[key].detach()) for key in KEYS}
    size = inner_product(new, new)
    alike = [inner_product(new, g["delta"]) / math.sqrt(size * inner_product(g["delta"], g["delta"])) for g in groups]
    if not groups or (max(alike) < TAU and len(groups) < GROUPS):
        groups.append({"delta": new, "scalar": scalar.item(), "members": 1})
    else:
        group = groups[int(np.argmax(alike))]
        group["delta"] = {key: group["delta"][key] + new[key] for key in KEYS}
        group["scalar"] = (group["members"] * group["scalar"] + scalar.item()) / (group["members"] + 1)
        group["members"] += 1
    merged = {key: sum(group["scalar"] * group["delta"][key] for group in groups) for key in KEYS}
    head_weights.append(head.detach())
    head_biases.append(bias.detach())
    seen, labels = features([train[j] for j in own], merged), torch.tensor(train_labels[own])
    for c in range(first, last):
        means[c] = seen[labels == c].mean(0)
    mixed = torch.relu(seen @ mixing).double()
    gram += mixed.T @ mixed
    targets += mixed.T @ F.one_hot(labels, classes).double()
    print(f"task {task + 1}: loss {loss_sum / len(own):.3f}, {trained / seconds:.0f} texts/s in training", flush=True)

met = np.where(test_labels < last)[0]
seen, labels = features([test[j] for j in met], merged), torch.tensor(test_labels[met])


def accuracy(scores):
    return f"{100 * (scores[:, :last].argmax(1) == labels).double().mean():.1f} %"


def analytic(of_all, of_classes, vectors):
    ridge = 10 * of_all.diagonal().mean() / (train_labels < last).sum()
    solved = torch.linalg.solve(of_all + ridge * torch.eye(WIDE, dtype=torch.float64), of_classes)
    return torch.relu(vectors @ mixing).double() @ solved


answers = {
    "linear": seen @ torch.cat(head_weights).T + torch.cat(head_biases),
    "prototype": seen @ F.normalize(means[:last], dim=1).T,
    "analytic": analytic(gram, targets, seen),
}
for name, scores in answers.items():
    print(name, accuracy(scores))
for scale in (0, 0.25, 0.5, 1) if options.ceilings else ():
    scaled = {key: scale * delta for key, delta in merged.items()}
    known = np.where(train_labels < last)[0]
    mixed = torch.relu(features([train[j] for j in known], scaled) @ mixing).double()
    once = F.one_hot(torch.tensor(train_labels[known]), classes).double()
    scores = analytic(mixed.T @ mixed, mixed.T @ once, features([test[j] for j in met], scaled))
    print(f"analytic, all statistics taken again with {scale} of the delta: {accuracy(scores)}", flush=True)
print(f"groups {[(group['members'], round(group['scalar'], 3)) for group in groups]}, {time.time() - began:.0f} s")
