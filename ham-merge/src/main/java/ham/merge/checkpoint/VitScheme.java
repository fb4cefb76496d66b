package ham.merge.checkpoint;

import ham.merge.encoder.Activation;
import ham.merge.encoder.Encoder;
import ham.merge.encoder.EncoderConfig;
import ham.merge.encoder.EncoderNames;
import ham.merge.encoder.NamingScheme;
import ham.merge.encoder.Part;
import ham.merge.encoder.timm.TimmModel;
import ham.merge.safetensors.Tensors;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * Configuration and names of a checkpoint, as its two files together tell them.
 *
 * @param config what {@code config.json} says; for a Hugging Face DeiT the tensors tell whether it has a teacher's classifier
 * @param names what its tensors are called
 */
record VitScheme(VitConfig config, VitNames names) {
    static VitScheme of(EncoderConfig reader, Tensors tensors) {
        VitConfig config = VitConfig.of(reader);
        if (TimmModel.isTimm(reader)) {
            String wrapper = wrapper(tensors, NamingScheme.TIMM.name(Part.PATCH, 0));
            return new VitScheme(config, VitNames.timm(wrapper, config.form().normAfterPooling()));
        }
        boolean deit = config.form().distillationToken();
        String prefix = deit ? "deit." : "vit.";
        String token = NamingScheme.PUBLISHED.name(Part.CLASS_TOKEN, 0);
        String wrapper = wrapper(tensors, prefix + token);
        boolean bare = !tensors.has(wrapper + prefix + token);
        if (bare) {
            wrapper = wrapper(tensors, token);
        }
        NamingScheme scheme = scheme(tensors, wrapper + (bare ? "" : prefix));
        VitNames withTeacher = VitNames.huggingFace(scheme, wrapper, bare ? "" : prefix, true);
        boolean teacher = deit && tensors.has(withTeacher.classifierWeight());
        return new VitScheme(
                teacher ? config.withForm(VitForm.distilled(Pooling.CLASS_AND_DISTILLATION_TOKEN)) : config,
                teacher ? withTeacher : VitNames.huggingFace(scheme, wrapper, bare ? "" : prefix, false));
    }

    /** The model as an encoder whose images have a side of so many pixels; empty for that of its training. */
    Encoder encoder(EncoderConfig reader, Tensors tensors, OptionalInt side) {
        EncoderNames general = names.general();
        boolean pooled = general.has(Part.POOLER) && tensors.has(general.name(Part.POOLER) + ".weight");
        Optional<Activation> pooler =
                pooled ? Optional.of(Activation.read(reader, "pooler_act", "tanh")) : Optional.empty();
        return new VitEncoder(config, general, tensors, side.orElse(config.imageSize()), pooler);
    }

    private static NamingScheme scheme(Tensors tensors, String prefix) {
        return Stream.of(NamingScheme.RECENT)
                .filter(each -> tensors.has(prefix + each.name(Part.NORM_BEFORE, 0) + ".weight"))
                .findFirst()
                .orElse(NamingScheme.PUBLISHED);
    }

    /** What wraps a model that was saved in training; empty where nothing does. */
    private static String wrapper(Tensors tensors, String name) {
        return tensors.names().stream()
                .filter(each -> each.endsWith("." + name) || each.endsWith("." + name + ".weight"))
                .filter(each -> LayerName.unwrapped(each).startsWith(name))
                .map(each -> each.substring(0, each.lastIndexOf(name)))
                .findFirst()
                .orElse("");
    }
}
