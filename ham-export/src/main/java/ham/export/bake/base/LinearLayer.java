package ham.export.bake.base;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The linear layers of a transformer block and what model code calls them: Hugging Face old and new, timm. */
@SuppressWarnings("ImmutableEnumChecker") // the lists come from List.of
public enum LinearLayer {
    QUERY(0, "attention.attention.query", "attention.q_proj"),
    KEY(1, "attention.attention.key", "attention.k_proj"),
    VALUE(2, "attention.attention.value", "attention.v_proj"),
    /** Query, key and value in one: a third of the rows each. */
    QKV(-1, "attn.qkv"),
    ATTENTION_OUTPUT(-1, "attention.output.dense", "attention.o_proj", "attn.proj"),
    FC1(-1, "intermediate.dense", "mlp.fc1"),
    FC2(-1, "output.dense", "mlp.fc2");

    private final int third;
    private final List<String> modules;

    LinearLayer(int third, String... modules) {
        this.third = third;
        this.modules = List.of(modules);
    }

    /** The layer that a path inside its block leads to or through. */
    static Optional<LinearLayer> of(String path) {
        return Arrays.stream(values())
                .filter(part ->
                        part.modules.stream().anyMatch(module -> path.equals(module) || path.startsWith(module + '.')))
                .findFirst();
    }

    /** Whether this layer is the other, or holds it as a third of itself. */
    public boolean covers(LinearLayer other) {
        return this == other || (this == QKV && other.third >= 0);
    }

    /** Which third of a fused layer this is; -1 if it is none. */
    public int third() {
        return third;
    }
}
