"""Trains LoRA (query and value, rank 16) and a classifier of 10 classes as PEFT and transformers are used: torch_train.py CHECKPOINT THREADS STEPS [FORMATS]. Prints images a second in each number format, "fp32,bf16"
(autocast) unless told. The images are ready in memory. Needs peft, transformers and torch."""

import sys
import time

import torch
from peft import LoraConfig, get_peft_model
from transformers import ViTForImageClassification

BATCH = 64
CLASSES = 10

checkpoint, threads, steps = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
torch.set_num_threads(threads)
torch.manual_seed(1)


def learner():
    model = ViTForImageClassification.from_pretrained(
        checkpoint, num_labels=CLASSES, ignore_mismatched_sizes=True, dtype=torch.float32
    )
    config = LoraConfig(r=16, lora_alpha=16, target_modules=r".*\.(query|value|q_proj|v_proj)", modules_to_save=["classifier"])
    return get_peft_model(model, config).train()


def images_a_second(dtype):
    model = learner()
    adapters = [p for n, p in model.named_parameters() if p.requires_grad and "lora_" in n]
    head = [p for n, p in model.named_parameters() if p.requires_grad and "lora_" not in n]
    adam = torch.optim.Adam([{"params": adapters, "lr": 3e-4}, {"params": head, "lr": 5e-3}])
    side = model.config.image_size
    images = torch.randn(BATCH, 3, side, side)
    labels = torch.randint(CLASSES, (BATCH,))
    began = 0
    for step in range(steps + 2):
        if step == 2:
            began = time.perf_counter()
        with torch.autocast("cpu", torch.bfloat16, enabled=dtype == "bf16"):
            logits = model(pixel_values=images).logits
        loss = torch.nn.functional.cross_entropy(logits.float(), labels)
        adam.zero_grad()
        loss.backward()
        adam.step()
        loss.item()
    return BATCH * steps / (time.perf_counter() - began)


for dtype in (sys.argv[4] if len(sys.argv) > 4 else "fp32,bf16").split(","):
    print(f"{dtype} {images_a_second(dtype):.1f} images/s", flush=True)
