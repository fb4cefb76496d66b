package ham.merge.encoder;

import java.util.Locale;
import java.util.Optional;

/** An elementwise function between two layers. */
public enum Activation {
    /** {@code x / 2 (1 + erf(x / sqrt(2)))}. */
    GELU,
    /** {@code x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))}. */
    GELU_TANH,
    /** {@code x sigmoid(1.702 x)}. */
    QUICK_GELU,
    /** {@code x sigmoid(x)}. */
    SILU,
    /** {@code max(x, 0)}. */
    RELU,
    /** Hyperbolic tangent. */
    TANH;

    /** The function that transformers' {@code ACT2FN} has under a name. */
    static Optional<Activation> named(String name) {
        return Optional.ofNullable(
                switch (name.toLowerCase(Locale.ROOT)) {
                    case "gelu", "gelu_python" -> GELU;
                    case "gelu_new", "gelu_pytorch_tanh", "gelu_fast" -> GELU_TANH;
                    case "quick_gelu" -> QUICK_GELU;
                    case "silu", "swish" -> SILU;
                    case "relu" -> RELU;
                    case "tanh" -> TANH;
                    default -> null;
                });
    }

    /**
     * The function that a configuration names.
     *
     * @throws ham.merge.InputException when ham does not compute it
     */
    public static Activation read(EncoderConfig config, String key, String whenAbsent) {
        String name = config.text(key, whenAbsent);
        Optional<Activation> found = named(name);
        config.require(
                found.isPresent(),
                key + " 'gelu', 'gelu_new', 'gelu_pytorch_tanh', 'quick_gelu', 'silu', 'relu' or 'tanh'",
                "'" + name + "'");
        return found.orElseThrow();
    }
}
