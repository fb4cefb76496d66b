"""Tiny encoders beside those of make_encoders.py, with the values that transformers, timm and PEFT give: BEiT, MPNet, and models as timm saves them.

usage: make_more.py OUT [NAME...], with torch 2.13.0, transformers 5.18.0, timm 1.0.29 and PEFT 0.21.0. No weight is learnt. Where a model takes images
of another size than its own, side16.safetensors and side48.safetensors hold such an image and what the library gives for it.
make_more.py sized FOLDER writes these two for the checkpoint of transformers in a folder that is there.
"""
import json, logging, os, shutil, sys, warnings
warnings.simplefilter('ignore'); logging.disable(logging.WARNING); os.environ['TQDM_DISABLE'] = '1'
import torch
_lib = torch.library.Library('torchvision', 'DEF')  # the torchvision at hand was built for another torch; none of its operators is called
for _n in ('nms', 'qnms'):
    try: _lib.define(_n + '(Tensor dets, Tensor scores, float iou_threshold) -> Tensor')
    except RuntimeError: pass
import transformers as T, timm
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file, save_file
OUT = sys.argv[1]
D, L, H, IMG, P = 32, 2, 4, 32, 8
LABELS = dict(id2label={i: f'class {i}' for i in range(7)}, label2id={f'class {i}': i for i in range(7)})
COMMON = dict(hidden_size=D, num_hidden_layers=L, num_attention_heads=H, intermediate_size=2 * D)
IMAGE = dict(image_size=IMG, patch_size=P)

def init(model):
    g = torch.Generator().manual_seed(0)
    for p in model.parameters(): p.data = p.data + torch.randn(p.shape, generator=g) * (.08 if p.dim() > 1 else .05)
    return model.eval()

class Timm(torch.nn.Module):
    """Gives what a model of timm gives with a classifier, else its normalised tokens."""
    def __init__(s, name, **arguments):
        super().__init__()
        s.name = name; s.arguments = arguments; s.model = timm.create_model(name, **arguments); s.classes = arguments.get('num_classes', 0)
    def forward(s, pixel_values): return s.model(pixel_values) if s.classes else s.model.forward_features(pixel_values)

def tim(name, **more): return lambda: Timm(name, **{**dict(img_size=IMG, patch_size=P, embed_dim=D, depth=L, num_heads=H, num_classes=7), **more})

MODELS = {
    'beit': lambda: T.BeitForImageClassification(T.BeitConfig(**COMMON, use_relative_position_bias=True, layer_scale_init_value=.7, **IMAGE, **LABELS)),
    'beit-shared': lambda: T.BeitModel(T.BeitConfig(**COMMON, use_shared_relative_position_bias=True, use_relative_position_bias=True,
        use_absolute_position_embeddings=True, use_mean_pooling=False, layer_scale_init_value=0.0, use_mask_token=True, **IMAGE)),
    'mpnet': lambda: T.MPNetForSequenceClassification(T.MPNetConfig(**COMMON, vocab_size=200, max_position_embeddings=42, **LABELS)),
    'mpnet-bare': lambda: T.MPNetModel(T.MPNetConfig(**COMMON, vocab_size=200, max_position_embeddings=42)),
    'timm-beit': tim('beit_base_patch16_224', mlp_ratio=2, init_values=.7),
    'timm-clip': tim('vit_base_patch16_clip_quickgelu_224', mlp_ratio=2),
    'timm-dinov2': tim('vit_base_patch14_reg4_dinov2', mlp_ratio=2, init_values=.7, num_classes=0),
    'timm-dinov2-swiglu': tim('vit_giant_patch14_dinov2', init_values=.7),
    'timm-dinov3': tim('vit_small_plus_patch16_dinov3', mlp_ratio=2, init_values=.7, global_pool='token'),
    'timm-siglip': tim('vit_base_patch16_siglip_224', mlp_ratio=2),
}
TARGETS = {'mpnet': ['q', 'v'], 'mpnet-bare': ['q', 'v']}

def run(model, inputs, **more):
    with torch.no_grad(): out = model(**inputs, **more)
    if isinstance(out, torch.Tensor): return {'logits' if out.dim() == 2 else 'last_hidden_state': out.contiguous().clone()}
    names = ('logits', 'image_embeds', 'last_hidden_state', 'pooler_output')
    return {k: getattr(out, k).contiguous().clone() for k in names if getattr(out, k, None) is not None}

class Exported(torch.nn.Module):
    def __init__(s, model, keys): super().__init__(); s.model = model; s.keys = keys
    def forward(s, *values): return next(iter(run(s.model, dict(zip(s.keys, values))).values()))

def export(model, inputs, folder):
    keys = list(inputs); text = 'pixel_values' not in inputs; done = {}
    axes = {k: ({0: 'batch', 1: 'length'} if text else {0: 'batch'}) for k in keys}
    def ts17():
        torch.onnx.export(Exported(model, keys), tuple(inputs.values()), folder + '/ts17.onnx', input_names=keys, output_names=['output'], dynamic_axes=axes, opset_version=17, dynamo=False)
    def dynamo():
        batch = {0: torch.export.Dim('batch', min=1, max=64)}
        dims = tuple({**batch, 1: torch.export.Dim('length', min=2, max=40)} if text else batch for _ in keys)
        torch.onnx.export(Exported(model, keys), tuple(inputs.values()), folder + '/dynamo.onnx', input_names=keys, output_names=['output'], dynamic_shapes=(dims,), dynamo=True, external_data=False, verbose=False)
    for each in (ts17, dynamo):
        try: each(); done[each.__name__] = 'ok'
        except Exception as problem: done[each.__name__] = str(problem)[:80]
    return done

def save(model, folder):
    if not isinstance(model, Timm): return model.save_pretrained(folder)
    save_file({k: v.contiguous() for k, v in model.model.state_dict().items()}, folder + '/model.safetensors')
    arguments = dict(model.arguments); classes = arguments.pop('num_classes')
    json.dump(dict(architecture=model.name, num_classes=classes, num_features=D, global_pool=model.model.global_pool, model_args=arguments,
        pretrained_cfg=dict(num_classes=classes, input_size=[3, IMG, IMG], fixed_input_size=True)), open(folder + '/config.json', 'w'), indent=1)

def sized(model, folder):
    """Images of another size, in the way that each library has for them."""
    for side in (16, 48):
        inputs = dict(pixel_values=torch.randn(1, 3, side, side, generator=torch.Generator().manual_seed(side)))
        with torch.no_grad():
            if isinstance(model, Timm):
                other = Timm(model.name, **{**model.arguments, 'img_size': side}); filter = sys.modules[type(model.model).__module__].checkpoint_filter_fn
                other.model.load_state_dict(filter(model.model.state_dict(), other.model)); out = run(other.eval(), inputs)
            else:
                more = {} if model.config.model_type in ('beit', 'dinov2', 'dinov2_with_registers', 'dinov3_vit') else dict(interpolate_pos_encoding=True)
                out = run(model, inputs, **more)
        save_file({**inputs, **out}, f'{folder}/side{side}.safetensors')

def main():
    if sys.argv[1] == 'sized':
        folder = sys.argv[2]; kind = getattr(T, json.load(open(folder + '/config.json'))['architectures'][0])
        return sized(kind.from_pretrained(folder).eval(), folder)
    done = {}
    for name, make in MODELS.items():
        if len(sys.argv) > 2 and name not in sys.argv[2:]: continue
        torch.manual_seed(1); model = init(make()); folder = f'{OUT}/{name}'; shutil.rmtree(folder, ignore_errors=True); os.makedirs(folder); save(model, folder)
        g = torch.Generator().manual_seed(5)
        if name.startswith('mpnet'):
            ids = torch.randint(5, 199, (4, 38), generator=g); mask = torch.ones_like(ids); mask[1, 8:] = 0; mask[3, 25:] = 0; ids[mask == 0] = 1; inputs = dict(input_ids=ids, attention_mask=mask)
        else: inputs = dict(pixel_values=torch.randn(4, 3, IMG, IMG, generator=g))
        save_file({k: v.contiguous() for k, v in inputs.items()}, folder + '/inputs.safetensors'); base = run(model, inputs); save_file(base, folder + '/base_outputs.safetensors')
        if 'pixel_values' in inputs and name != 'timm-beit': sized(model, folder)  # timm resizes BEiT's tables by splines of scipy
        linear = sorted({k.split('.')[-1] for k, x in model.named_modules() if isinstance(x, torch.nn.Linear)} & {'qkv', 'query', 'value', 'q_proj', 'v_proj'})
        want = TARGETS.get(name) or linear
        tuned = get_peft_model(model.model if isinstance(model, Timm) else model, LoraConfig(r=4, lora_alpha=8, target_modules=want)); gg = torch.Generator().manual_seed(7)
        for k, p in sorted(tuned.named_parameters()):
            if 'lora_' in k: p.data = torch.randn(p.shape, generator=gg) * .2
        tuned.save_pretrained(folder + '/adapter'); tuned.eval()
        if isinstance(model, Timm): tuned.merge_and_unload()  # in place; timm's BEiT reads qkv.weight itself, so that an adapter does nothing before
        adapted = model if isinstance(model, Timm) else tuned
        out = run(adapted, inputs); save_file(out, folder + '/adapted_outputs.safetensors')
        torch.manual_seed(1); plain = init(make())
        done[name] = dict(targets=want, outputs={k: list(v.shape) for k, v in out.items()}, moved=max(float((base[k] - out[k]).abs().max()) for k in out), onnx=export(plain, inputs, folder))
        print(name, done[name], flush=True)
    json.dump(dict(made_with=dict(torch=torch.__version__, transformers=T.__version__, timm=timm.__version__), encoders=done), open(OUT + '/expected-more.json', 'w'), indent=1)

if __name__ == '__main__': main()
