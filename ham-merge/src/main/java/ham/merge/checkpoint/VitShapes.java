package ham.merge.checkpoint;

import ham.merge.InputException;
import ham.merge.safetensors.SafetensorsFile;
import ham.merge.safetensors.TensorInfo;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Which tensors a plain ViT has, in which shapes, and the check that a file has exactly those. */
final class VitShapes {
    /** Parts of a checkpoint that image classification never reads. */
    private static final Pattern UNUSED =
            Pattern.compile("(vit\\.)?(pooler\\.dense\\.(weight|bias)|embeddings\\.position_ids)");

    private VitShapes() {}

    static Map<String, List<Long>> expected(VitConfig config, VitNames names, SafetensorsFile file) {
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        long d = config.hidden();
        long patch = config.patch();
        shapes.put(names.clsToken(), List.of(1L, 1L, d));
        shapes.put(names.positionEmbeddings(), List.of(1L, (long) config.tokens(), d));
        shapes.put(names.patchWeight(), List.of(d, (long) config.channels(), patch, patch));
        shapes.put(names.patchBias(), List.of(d));
        for (int block = 0; block < config.layers(); block++) {
            shapes.put(names.normBeforeWeight(block), List.of(d));
            shapes.put(names.normBeforeBias(block), List.of(d));
            shapes.put(names.normAfterWeight(block), List.of(d));
            shapes.put(names.normAfterBias(block), List.of(d));
            for (Target target : Target.values()) {
                long out = target.outputs(config);
                shapes.put(names.weight(block, target), List.of(out, (long) target.inputs(config)));
                boolean qkv = target == Target.QUERY || target == Target.KEY || target == Target.VALUE;
                if (!qkv || config.qkvBias()) {
                    shapes.put(names.bias(block, target), List.of(out));
                }
            }
        }
        shapes.put(names.finalNormWeight(), List.of(d));
        shapes.put(names.finalNormBias(), List.of(d));
        if (file.has(names.classifierWeight())) {
            List<Long> found = file.info(names.classifierWeight()).shape();
            long classes = found.isEmpty() ? 0 : found.get(0);
            shapes.put(names.classifierWeight(), List.of(classes, d));
            shapes.put(names.classifierBias(), List.of(classes));
        }
        return shapes;
    }

    static void require(SafetensorsFile file, Map<String, List<Long>> expected) {
        expected.forEach((name, shape) -> {
            if (!file.has(name)) {
                throw new InputException(
                        file.path(),
                        "expected a plain ViT with a tensor '" + name + "' " + shape + ", found none of that name");
            }
            TensorInfo info = file.info(name);
            if (!info.shape().equals(shape)) {
                throw new InputException(
                        file.path(),
                        "tensor '" + name + "': expected the shape " + shape + " that config.json implies, found "
                                + info.shape());
            }
            if (!info.dtype().isFloat()) {
                throw new InputException(
                        file.path(), "tensor '" + name + "': expected a float dtype, found " + info.dtype());
            }
        });
        for (String name : file.names()) {
            if (!expected.containsKey(name) && !UNUSED.matcher(name).matches()) {
                throw new InputException(
                        file.path(),
                        "expected a plain ViT, found the tensor '" + name + "' that such a model does not have");
            }
        }
    }
}
