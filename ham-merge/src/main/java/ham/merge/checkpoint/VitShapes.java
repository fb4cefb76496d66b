package ham.merge.checkpoint;

import ham.merge.InputException;
import ham.merge.safetensors.Tensors;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The check that a file has exactly the tensors of its kind of ViT, in the shapes that its configuration implies. */
final class VitShapes {
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
        VitForm form = config.form();
        long d = config.hidden();
        long patch = config.patch();
        if (form.classToken()) {
            require(names.clsToken(), 1, 1, d);
        }
        if (form.distillationToken()) {
            require(names.distillationToken(), 1, 1, d);
        }
        if (form.registers() > 0) {
            require(names.registerTokens(), 1, form.registers(), d);
        }
        require(names.positionEmbeddings(), 1, form.prefixHasPositions() ? config.tokens() : config.patches(), d);
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
            if (!checked.contains(name) && !names.isUnused(name)) {
                throw TensorCheck.unexpected(names.family(), file, name);
            }
        }
    }

    private void requireBlock(int block) {
        long d = config.hidden();
        require(names.normBeforeWeight(block), d);
        require(names.normBeforeBias(block), d);
        require(names.normAfterWeight(block), d);
        require(names.normAfterBias(block), d);
        if (config.form().layerScale()) {
            require(names.attentionScale(block), d);
            require(names.mlpScale(block), d);
        }
        names.fused(block).ifPresent(fused -> requireLinear(fused, 3 * d, d, config.qkvBias()));
        for (Target target : Target.values()) {
            if (!target.isProjection() || names.fused(block).isEmpty()) {
                requireLinear(
                        names.linear(block, target),
                        target.outputs(config),
                        target.inputs(config),
                        !target.isProjection() || config.qkvBias());
            }
        }
    }

    private void requireLinear(String module, long outputs, long inputs, boolean bias) {
        require(module + ".weight", outputs, inputs);
        if (bias) {
            require(module + ".bias", outputs);
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
        requireLinear(names.classifier(), found.get(0), config.hidden(), true);
        if (config.form().pooling() == Pooling.CLASS_AND_DISTILLATION_TOKEN) {
            requireLinear(names.distillationClassifier(), found.get(0), config.hidden(), true);
        }
    }

    private void require(String name, long... sizes) {
        TensorCheck.require(
                names.family(), file, name, Arrays.stream(sizes).boxed().toList());
        checked.add(name);
    }
}
