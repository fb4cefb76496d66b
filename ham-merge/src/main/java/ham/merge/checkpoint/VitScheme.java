package ham.merge.checkpoint;

import ham.merge.safetensors.Tensors;

/**
 * Configuration and names of a checkpoint, as its two files together tell them.
 *
 * @param config what {@code config.json} says; for a Hugging Face DeiT the tensors tell whether it has a teacher's classifier
 * @param names what its tensors are called
 */
record VitScheme(VitConfig config, VitNames names) {
    static VitScheme of(CheckpointConfigReader reader, Tensors tensors) {
        VitConfig config = VitConfig.of(reader);
        if (TimmConfig.isTimm(reader)) {
            return new VitScheme(config, new TimmNames(config.form().normAfterPooling() ? "fc_norm" : "norm"));
        }
        boolean deit = config.form().distillationToken();
        boolean teacher = deit && tensors.has(new HuggingFaceNames("", true).classifierWeight());
        String prefix = deit ? "deit." : "vit.";
        boolean bare = !tensors.has(new HuggingFaceNames(prefix).clsToken());
        return new VitScheme(
                teacher ? config.withForm(VitForm.distilled(Pooling.CLASS_AND_DISTILLATION_TOKEN)) : config,
                new HuggingFaceNames(bare ? "" : prefix, teacher));
    }
}
