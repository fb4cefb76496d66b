"""Merges the LoRA adapters of a folder by concatenation and saves the result: peft_merge.py BASE ADAPTERS OUT. Needs peft, transformers and torch."""

import pathlib
import sys

from peft import PeftModel
from transformers import ViTForImageClassification

base, adapters, out = sys.argv[1:]
folders = sorted(each for each in pathlib.Path(adapters).iterdir() if each.is_dir())
model = ViTForImageClassification.from_pretrained(base)
model = PeftModel.from_pretrained(model, folders[0], adapter_name=folders[0].name)
for folder in folders[1:]:
    model.load_adapter(folder, adapter_name=folder.name)
names = [folder.name for folder in folders]
model.add_weighted_adapter(names, [1.0] * len(names), "merged", combination_type="cat")
model.save_pretrained(out, selected_adapters=["merged"])
