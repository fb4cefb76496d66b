package ham.merge.encoder;

import ham.merge.safetensors.Tensors;
import java.nio.file.Path;
import java.util.OptionalInt;

/**
 * What an encoder is read from.
 *
 * @param folder the checkpoint's folder; a file beside the configuration may say what goes in or how tokens are pooled
 * @param config its {@code config.json}
 * @param tensors its weights
 * @param side wished side of the input images in pixels; empty for what the folder says
 * @param classifies whether the feature is to be what the family's classifier reads also where the weights have none
 */
public record EncoderSource(Path folder, EncoderConfig config, Tensors tensors, OptionalInt side, boolean classifies) {}
