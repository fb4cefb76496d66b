"""Makes the image files of this folder and what Pillow reads in them (images.json), what Pillow's resize makes of fixed
pixels (resize.json), and what transformers' image processors make of an image (preprocess.json).

    pip install pillow numpy transformers
    python make_pillow.py
"""
import base64, hashlib, io, json, os, struct, warnings, zlib
import numpy as np
import PIL
from PIL import Image, ImageCms

os.chdir(os.path.dirname(os.path.abspath(__file__)))
random = np.random.default_rng(7)


def b64(array):
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


def scene(height, width):
    """A smooth scene with some noise and edges, [height, width, 3] uint8."""
    y, x = np.mgrid[0:height, 0:width]
    rgb = np.stack([255 * x / width, 255 * y / height, 127 + 120 * np.sin(x / 3.0) * np.cos(y / 4.0)], -1)
    rgb[height // 3:height // 2, width // 4:width // 2] = (250, 10, 60)
    return np.clip(rgb + random.normal(0, 6, rgb.shape), 0, 255).astype(np.uint8)


# ---- files -----------------------------------------------------------------------------------------------------------
rgb = scene(17, 23)
alpha = random.integers(0, 256, (17, 23, 1), dtype=np.uint8)
color = Image.fromarray(rgb)
gray = color.convert("L")
color.save("rgb.png")
gray.save("gray.png")
gray.convert("1").save("bilevel.png")
Image.fromarray(np.concatenate([rgb, alpha], -1)).save("rgba.png")
Image.fromarray(np.concatenate([np.asarray(gray)[..., None], alpha], -1)).save("gray_alpha.png")
color.quantize(11).save("palette.png")
color.quantize(11).save("palette_transparent.png", transparency=3)
color.save("rgb_transparent.png", transparency=tuple(int(v) for v in rgb[0, 0]))
color.save("profile.png", icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes())
color.save("rgb.bmp")
gray.save("gray.bmp")
color.quantize(11).save("palette.bmp")
color.convert("RGBA").save("rgba.bmp")
color.save("rgb.gif")
color.quantize(11).save("palette.gif", transparency=2)
for quality, name, options in [(90, "rgb_444", dict(subsampling=0)), (85, "rgb_422", dict(subsampling=1)),
                               (80, "rgb_420", dict(subsampling=2)), (80, "progressive", dict(progressive=True)),
                               (90, "kept_rgb", dict(keep_rgb=True))]:
    color.save(name + ".jpg", quality=quality, **options)
color.save("profile.jpg", icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
gray.save("gray.jpg")
color.convert("CMYK").save("cmyk.jpg")


def png(name, width, height, depth, color_type, rows, interlace=0):
    """PNG kinds that Pillow reads but does not write. rows: packed bytes of each row."""
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    body = b"".join(b"\0" + row for row in rows)
    with open(name, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, color_type, 0, 0, interlace))
                   + chunk(b"IDAT", zlib.compress(body)) + chunk(b"IEND", b""))


deep = random.integers(0, 65536, (5, 8, 3)).astype(">u2")
png("rgb16.png", 8, 5, 16, 2, [row.tobytes() for row in deep])
png("gray16.png", 8, 5, 16, 0, [row.tobytes() for row in deep[..., 0]])
for bits in (2, 4):
    png(f"gray{bits}.png", 8, 5, bits, 0, [random.integers(0, 256, bits, dtype=np.uint8).tobytes() for _ in range(5)])
png("rgb_huge_header.png", 20000, 20000, 8, 2, [b"\0"])

images = {}
for name in sorted(os.listdir(".")):
    if name.endswith((".png", ".jpg", ".gif", ".bmp")) and name not in ("rgb_huge_header.png", "cmyk.jpg"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pixels = np.asarray(Image.open(name).convert("RGB"))
        if name == "gray16.png":  # Pillow clips 16-bit grey to 255; the high byte is what one wants
            pixels = np.repeat((deep[..., :1] >> 8).astype(np.uint8), 3, -1)
        images[name] = {"width": pixels.shape[1], "height": pixels.shape[0], "rgb": b64(pixels)}
with open("images.json", "w") as file:
    json.dump({"pillow": PIL.__version__, "images": images}, file, indent=1)

# ---- resize ----------------------------------------------------------------------------------------------------------
FILTERS = ["NEAREST", "LANCZOS", "BILINEAR", "BICUBIC", "BOX", "HAMMING"]


def pattern(height, width):
    """Pixels by a formula that the test repeats."""
    y, x, c = np.ogrid[0:height, 0:width, 0:3]
    return ((x * x * 7 + y * 13 * x + c * 50 + ((x * y) >> 3)) & 255).astype(np.uint8)


def extremes(height, width):
    return (random.integers(0, 2, (height, width, 3)) * 255).astype(np.uint8)


cases = []
for source, sizes in [(extremes(29, 37), [(32, 32), (7, 5), (50, 29), (37, 11), (74, 58), (1, 1)]),
                      (extremes(28, 28), [(32, 32)]), (extremes(1, 1), [(3, 2)]), (extremes(3, 200), [(8, 8)])]:
    for width, height in sizes:
        for name in FILTERS:
            result = np.asarray(Image.fromarray(source).resize((width, height), Image.Resampling[name]))
            cases.append({"source": {"width": source.shape[1], "height": source.shape[0], "rgb": b64(source)},
                          "filter": name, "number": int(Image.Resampling[name]), "width": width, "height": height,
                          "rgb": b64(result)})
large = []
for (h, w), (width, height) in [((200, 300), (224, 224)), ((480, 640), (224, 224)), ((333, 517), (97, 401))]:
    for name in FILTERS:
        result = np.asarray(Image.fromarray(pattern(h, w)).resize((width, height), Image.Resampling[name]))
        large.append({"source_width": w, "source_height": h, "filter": name, "width": width, "height": height,
                      "sha256": hashlib.sha256(result.tobytes()).hexdigest()})
sources = {}
for case in cases:  # each source once
    key = hashlib.sha256(json.dumps(case["source"]).encode()).hexdigest()[:8]
    sources[key], case["source"] = case["source"], key
with open("resize.json", "w") as file:
    json.dump({"pillow": PIL.__version__, "sources": sources, "cases": cases, "large": large}, file, indent=1)

# ---- preprocessing -----------------------------------------------------------------------------------------------------
import transformers
from transformers.models.deit.image_processing_pil_deit import DeiTImageProcessorPil
from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

IMAGENET = dict(image_mean=[0.485, 0.456, 0.406], image_std=[0.229, 0.224, 0.225])
outputs = []
for kind, options in [(ViTImageProcessorPil, dict(size=dict(height=16, width=16))),
                      (ViTImageProcessorPil, dict(size=dict(height=16, width=12), resample=3, **IMAGENET)),
                      (ViTImageProcessorPil, dict(do_resize=False, size=dict(height=17, width=23), do_rescale=False)),
                      (ViTImageProcessorPil, dict(size=dict(height=10, width=10), rescale_factor=0.0078, do_normalize=False)),
                      (DeiTImageProcessorPil, dict(size=dict(height=14, width=14), crop_size=dict(height=11, width=12))),
                      (CLIPImageProcessorPil, dict(size=dict(shortest_edge=15), crop_size=dict(height=12, width=15)))]:
    processor = kind(**options)
    values = np.asarray(processor(color, return_tensors="np")["pixel_values"][0], dtype=np.float32)
    config = {k: v for k, v in json.loads(processor.to_json_string()).items() if v is not None}
    outputs.append({"config": config, "shape": list(values.shape), "float32": b64(values.astype("<f4"))})
with open("preprocess.json", "w") as file:
    json.dump({"transformers": transformers.__version__, "image": "rgb.png", "outputs": outputs}, file, indent=1)
