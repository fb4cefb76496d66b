package ham.merge.peft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ham.merge.adapter.LoraFactors;
import ham.merge.tensor.Matrix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.AfterTry;
import net.jqwik.api.lifecycle.BeforeContainer;

/** For every field of the configuration the delta that is read is {@code s B A}, computed plainly. */
class OneAdapterIsItselfTest {
    private static final List<String> DTYPES = List.of("F32", "F16", "BF16");
    private static final String FIRST = "vit.encoder.layer.0.attention.attention.query";
    private static final String SECOND = "vit.encoder.layer.1.attention.attention.value";

    private static Path folder;

    @BeforeContainer
    static void make() throws IOException {
        folder = Files.createTempDirectory("one-adapter");
    }

    /** Files are deleted, not overwritten: some file systems write the old content to disk before they truncate it. */
    @AfterTry
    void empty() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
    }

    @AfterContainer
    static void remove() throws IOException {
        Files.delete(folder);
    }

    @Property(tries = 200)
    void whateverTheFields(@ForAll long seed) {
        Random random = new Random(seed);
        String dtype = DTYPES.get(random.nextInt(3));
        int rank = 1 + random.nextInt(6);
        double alpha = 0.5 + random.nextInt(40);
        PeftFolder made = new PeftFolder(random).config("r", rank).config("lora_alpha", alpha);

        int firstRank = rank;
        double firstAlpha = alpha;
        if (random.nextBoolean()) {
            firstRank = 1 + random.nextInt(6);
            made.config("rank_pattern", Map.of("layer\\.0\\..*\\.(query|key)", firstRank));
        }
        if (random.nextBoolean()) {
            firstAlpha = 1 + random.nextInt(20);
            made.config("alpha_pattern", Map.of("attention.query", firstAlpha));
        }
        boolean stabilised = random.nextBoolean();
        made.config("use_rslora", stabilised);
        boolean transposed = random.nextBoolean();
        made.config("fan_in_fan_out", transposed);
        select(made, random);
        untouched(made, random);

        int outputs = 1 + random.nextInt(7);
        int inputs = 1 + random.nextInt(7);
        made.pair(FIRST, dtype, firstRank, outputs, inputs).pair(SECOND, "F32", rank, outputs, inputs);
        boolean biased = random.nextBoolean();
        if (biased) {
            made.config("lora_bias", true)
                    .tensor(FIRST + ".lora_B.bias", dtype, outputs)
                    .tensor(SECOND + ".lora_B.bias", dtype, outputs);
        }
        PeftAdapter adapter = PeftReader.read(made.write(folder), "x");
        assertThat(adapter.layers()).containsOnlyKeys(FIRST + ".weight", SECOND + ".weight");
        assertThat(adapter.biases()).hasSize(biased ? 2 : 0);
        double firstScaling = firstAlpha / (stabilised ? Math.sqrt(firstRank) : firstRank);
        same(adapter, FIRST, made.delta(FIRST, firstScaling, firstRank, outputs, inputs), transposed);
        double scaling = alpha / (stabilised ? Math.sqrt(rank) : rank);
        same(adapter, SECOND, made.delta(SECOND, scaling, rank, outputs, inputs), transposed);
    }

    private static void select(PeftFolder made, Random random) {
        switch (random.nextInt(5)) {
            case 0 -> made.config("target_modules", List.of("query", "value"));
            case 1 -> made.config("target_modules", ".*\\.layer\\.\\d\\..*\\.(query|value)");
            case 2 -> made.config("target_modules", "all-linear").config("exclude_modules", List.of("key"));
            case 3 ->
                made.config("target_modules", List.of("query", "value"))
                        .config("layers_to_transform", List.of(0, 1))
                        .config("layers_pattern", "layer");
            default -> made.config("target_modules", List.of(FIRST, SECOND)).config("layers_to_transform", 5);
        }
    }

    /** Fields that change nothing once an adapter is trained. */
    private static void untouched(PeftFolder made, Random random) {
        made.config("lora_dropout", random.nextDouble())
                .config("task_type", "FEATURE_EXTRACTION")
                .config("inference_mode", random.nextBoolean())
                .config(
                        "init_lora_weights",
                        List.of(true, false, "gaussian", "eva", "orthogonal").get(random.nextInt(5)))
                .config("peft_version", "0.21.0")
                .config("megatron_core", "megatron.core")
                .config("qalora_group_size", 16)
                .config("revision", "main")
                .config("use_dora", false);
    }

    private static void same(PeftAdapter adapter, String module, double[][] delta, boolean transposed) {
        LoraFactors factors = adapter.factors(module + ".weight");
        assertThat(factors.shape()).isEqualTo(adapter.layers().get(module + ".weight"));
        Matrix a = factors.a();
        Matrix b = factors.b();
        assertThat(b.rows()).isEqualTo(transposed ? delta[0].length : delta.length);
        assertThat(a.columns()).isEqualTo(transposed ? delta.length : delta[0].length);
        for (int o = 0; o < delta.length; o++) {
            for (int i = 0; i < delta[o].length; i++) {
                double sum = 0;
                for (int r = 0; r < a.rows(); r++) {
                    sum += transposed ? (double) b.get(i, r) * a.get(r, o) : (double) b.get(o, r) * a.get(r, i);
                }
                assertThat(factors.scaling() * sum)
                        .isCloseTo(delta[o][i], within(1e-12 * Math.max(1, Math.abs(delta[o][i]))));
            }
        }
    }

    /** PEFT has scaled rsLoRA once too often when it combined adapters: s is lora_alpha / sqrt(r) and nothing more. */
    @Example
    void stabilisedScalingIsAppliedOnce() {
        PeftFolder made = new PeftFolder(new Random(1))
                .config("r", 16)
                .config("lora_alpha", 8)
                .config("use_rslora", true)
                .pair(FIRST, "F32", 16, 2, 2);
        PeftAdapter adapter = PeftReader.read(made.write(folder), "x");
        assertThat(adapter.layers().get(FIRST + ".weight").scaling()).isEqualTo(2);
    }
}
