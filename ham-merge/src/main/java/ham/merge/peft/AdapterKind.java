package ham.merge.peft;

import java.util.Set;

/** What an adapter's delta is made of: PEFT's {@code peft_type}, with DoRA as a kind of its own. */
@SuppressWarnings("ImmutableEnumChecker") // the sets come from Set.of
enum AdapterKind {
    /** {@code s B A}. Source: arXiv 2106.09685. */
    LORA("plain LoRA", "lora_A.weight", "lora_B.weight", "lora_B.bias"),
    /** {@code m (W + s B A) / |W + s B A| - W}, norms over the inputs. Source: arXiv 2402.09353. */
    DORA("DoRA", "lora_A.weight", "lora_B.weight", "lora_B.bias", "lora_magnitude_vector"),
    /** {@code s (w1_a w1_b) * (w2_a w2_b)}, entry by entry. Source: arXiv 2108.06098. */
    LOHA("LoHa", "hada_w1_a", "hada_w1_b", "hada_w2_a", "hada_w2_b", "hada_t1", "hada_t2"),
    /** {@code s} times the Kronecker product of w1 and w2, each a matrix or a product. Source: arXiv 2309.14859. */
    LOKR("LoKr", "lokr_w1", "lokr_w1_a", "lokr_w1_b", "lokr_w2", "lokr_w2_a", "lokr_w2_b", "lokr_t2");

    private final String words;
    private final Set<String> parts;

    AdapterKind(String words, String... parts) {
        this.words = words;
        this.parts = Set.of(parts);
    }

    /** What it is called in messages. */
    String words() {
        return words;
    }

    /** Ends of the names of its tensors. */
    Set<String> parts() {
        return parts;
    }

    /** Whether the delta is low-rank factors as they stand, and needs no base. */
    boolean isFactors() {
        return this == LORA;
    }
}
