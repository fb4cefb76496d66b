package ham.merge.checkpoint;

import ham.merge.InputException;
import ham.merge.safetensors.TensorInfo;
import ham.merge.safetensors.Tensors;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** The check that a file has exactly the tensors of a plain ViT, in the shapes that its configuration implies. */
final class VitShapes {
    /** Parts of a checkpoint that image classification never reads. */
    private static final Pattern UNUSED =
            Pattern.compile("(vit\\.)?(pooler\\.dense\\.(weight|bias)|embeddings\\.position_ids)");

    private final VitConfig config;
    private final VitNames names;
    private final Tensors file;
    private final Set<String> checked = new HashSet<>();

    VitShapes(VitConfig config, VitNames names, Tensors file) {
        this.config = config;
        this.names = names;
        this.file = file;
    }

    /** Stops at the first tensor that is missing or wrong, so that an absurd configuration costs nothing. */
    void require() {
        long d = config.hidden();
        long patch = config.patch();
        require(names.clsToken(), 1, 1, d);
        require(names.positionEmbeddings(), 1, config.tokens(), d);
        require(names.patchWeight(), d, config.channels(), patch, patch);
        require(names.patchBias(), d);
        for (int block = 0; block < config.layers(); block++) {
            requireBlock(block);
        }
        require(names.finalNormWeight(), d);
        require(names.finalNormBias(), d);
        if (file.has(names.classifierWeight())) {
            requireClassifier();
        }
        for (String name : file.names()) {
            if (!checked.contains(name) && !UNUSED.matcher(name).matches()) {
                throw new InputException(
                        file.path(),
                        "expected a plain ViT, found the tensor '" + name + "' that such a model does not have");
            }
        }
    }

    private void requireBlock(int block) {
        long d = config.hidden();
        require(names.normBeforeWeight(block), d);
        require(names.normBeforeBias(block), d);
        require(names.normAfterWeight(block), d);
        require(names.normAfterBias(block), d);
        for (Target target : Target.values()) {
            long out = target.outputs(config);
            require(names.weight(block, target), out, target.inputs(config));
            boolean qkv = target == Target.QUERY || target == Target.KEY || target == Target.VALUE;
            if (!qkv || config.qkvBias()) {
                require(names.bias(block, target), out);
            }
        }
    }

    private void requireClassifier() {
        List<Long> found = file.info(names.classifierWeight()).shape();
        if (found.size() != 2 || found.get(0) < 1 || found.get(0) > Integer.MAX_VALUE) {
            throw new InputException(
                    file.path(),
                    "tensor '" + names.classifierWeight() + "': expected the shape [classes, " + config.hidden()
                            + "], found " + found);
        }
        require(names.classifierWeight(), found.get(0), config.hidden());
        require(names.classifierBias(), found.get(0));
    }

    private void require(String name, long... sizes) {
        List<Long> shape = Arrays.stream(sizes).boxed().toList();
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
        checked.add(name);
    }
}
