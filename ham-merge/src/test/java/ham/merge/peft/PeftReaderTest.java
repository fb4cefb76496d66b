package ham.merge.peft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import ham.merge.InputException;
import ham.merge.RawTensors;
import ham.merge.adapter.LoraAdapter;
import ham.merge.adapter.LoraFactors;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.io.JsonFiles;
import ham.testing.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PeftReaderTest {
    private static final String QUERY = "vit.encoder.layer.0.attention.attention.query";
    private static final String CONFIG = "adapter_config.json";
    private static final String WEIGHTS = "adapter_model.safetensors";

    @TempDir
    private Path folder;

    private static LoraAdapter read(String scheme, int number) {
        return load(TestData.path("peft-adapters/" + scheme + "/adapter" + number), "adapter" + number);
    }

    private static LoraAdapter load(Path folder, String name) {
        return LoraAdapter.load(PeftReader.read(folder, name));
    }

    /** A copy of an adapter of rank 4 with other tensors. */
    private Path changed(UnaryOperator<RawTensors> change) {
        TestData.copy("peft-adapters/v4-names/adapter0", folder);
        change.apply(RawTensors.read(folder.resolve(WEIGHTS))).write(folder.resolve(WEIGHTS));
        return folder;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5})
    void readsFactorsRanksAndScalings(int number) {
        JsonNode expected = JsonFiles.read(TestData.path("peft-adapters/expected.json"), "the expected results")
                .path("adapters")
                .path(number);
        RawTensors raw = RawTensors.read(
                TestData.path("peft-adapters/v4-names/adapter" + number).resolve(WEIGHTS));
        LoraAdapter adapter = read("v4-names", number);
        assertThat(adapter.name()).isEqualTo("adapter" + number);
        assertThat(adapter.factors()).hasSize(8).containsKey(QUERY + ".weight");
        adapter.factors().forEach((name, factors) -> {
            String stem = "base_model.model." + name.replaceFirst("\\.weight$", "");
            assertThat(factors.rank()).isEqualTo(expected.path("r").asInt());
            assertThat(factors.scaling()).isCloseTo(expected.path("scaling").asDouble(), within(1e-12));
            assertThat(factors.a().data())
                    .containsExactly(raw.get(stem + ".lora_A.weight").floats());
            assertThat(factors.b().data())
                    .containsExactly(raw.get(stem + ".lora_B.weight").floats());
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5})
    void bothNamingSchemesGiveTheSameFactorsOnTheBase(int number) {
        Checkpoint base = Checkpoint.open(TestData.path("hf-vit-tiny"));
        LoraAdapter published = read("v4-names", number);
        LoraAdapter recent = read("v5-names", number);
        assertThat(recent.factors()).hasSameSizeAs(published.factors());
        recent.factors().forEach((name, factors) -> assertThat(factors)
                .isEqualTo(
                        published.factors().get(base.resolve(name).orElseThrow().name())));
    }

    @Test
    void patternsGiveModulesTheirOwnRankAndScaling() throws IOException {
        Files.writeString(
                folder.resolve(CONFIG),
                """
                {"peft_type": "LORA", "r": 2, "lora_alpha": 6,
                 "rank_pattern": {"layer.1.query": 1, "other": 4, "^value": 3},
                 "alpha_pattern": {"layer\\\\.\\\\d\\\\.query": 5, "query": 100}}
                """);
        RawTensors tensors = new RawTensors();
        pair(tensors, "vit.layer.0.query", 2);
        pair(tensors, "vit.layer.1.query", 1);
        pair(tensors, "vit.layer.1.another", 2);
        pair(tensors, "other", 4);
        pair(tensors, "value", 3);
        pair(tensors, "vit.value", 2);
        tensors.write(folder.resolve(WEIGHTS));
        var factors = load(folder, "x").factors();
        assertThat(factors.get("vit.layer.0.query.weight").scaling()).isEqualTo(5.0 / 2);
        assertThat(factors.get("vit.layer.1.query.weight").scaling()).isEqualTo(5.0);
        assertThat(factors.get("vit.layer.1.another.weight").scaling()).isEqualTo(6.0 / 2);
        assertThat(factors.get("other.weight").scaling()).isEqualTo(6.0 / 4);
        assertThat(factors.get("value.weight").scaling()).isEqualTo(6.0 / 3);
        assertThat(factors.get("vit.value.weight").scaling()).isEqualTo(6.0 / 2);

        TestData.set(folder.resolve(CONFIG), "use_rslora", "true");
        var stabilised = load(folder, "x").factors();
        assertThat(stabilised.get("vit.layer.0.query.weight").scaling()).isEqualTo(5 / Math.sqrt(2));
        assertThat(stabilised.get("other.weight").scaling()).isEqualTo(6 / Math.sqrt(4));
    }

    private static void pair(RawTensors tensors, String module, int rank) {
        tensors.add("base_model.model." + module + ".lora_A.weight", List.of((long) rank, 3L), new float[rank * 3]);
        tensors.add("base_model.model." + module + ".lora_B.weight", List.of(5L, (long) rank), new float[rank * 5]);
    }

    @Test
    void whatTheConfigurationLeavesOutHasPeftsDefaults() throws IOException {
        Files.writeString(folder.resolve(CONFIG), "{\"peft_type\": \"LORA\"}");
        RawTensors tensors = new RawTensors();
        pair(tensors, "query", 8);
        tensors.write(folder.resolve(WEIGHTS));
        assertThat(load(folder, "x").factors().get("query.weight").scaling()).isEqualTo(1);
    }

    @Test
    void halfPrecisionFactorsAreConverted() {
        String tensor = "base_model.model." + QUERY + ".lora_A.weight";
        int[] ones = new int[4 * 64];
        Arrays.fill(ones, 0x3f80);
        changed(all -> all.add(tensor, "BF16", List.of(4L, 64L), RawTensors.words(ones)));
        LoraFactors factors = load(folder, "x").factors().get(QUERY + ".weight");
        assertThat(factors.a().data()).containsOnly(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            peft_type               | "VERA"                | peft_type LORA, LOHA or LOKR, found VERA
            peft_type               | ``                    | peft_type LORA, LOHA or LOKR, found none
            use_qalora              | true                  | use_qalora = true
            use_bdlora              | {"match_strict":true} | use_bdlora = {
            alora_invocation_tokens | [1, 2]                | alora_invocation_tokens = [1,2]
            arrow_config            | {"top_k":3}           | arrow_config
            kasa_config             | {"a":1}               | kasa_config
            velora_config           | {"a":1}               | velora_config
            monteclora_config       | {"a":1}               | monteclora_config
            layer_replication       | [[0,2],[1,3]]         | layer_replication
            trainable_token_indices | [1]                   | trainable_token_indices
            target_parameters       | ["x"]                 | target_parameters
            megatron_config         | {"a":1}               | megatron_config
            enable_lora             | [true]                | enable_lora
            some_new_variant        | 3                     | found some_new_variant = 3; remove it if
            fan_in_fan_out          | "no"                  | fan_in_fan_out: expected true or false, found "no"
            lora_bias               | 1                     | lora_bias: expected true or false, found 1
            modules_to_save         | "classifier"          | modules_to_save: expected a list of names
            bias                    | "some"                | bias: expected none, all or lora_only, found some
            target_modules          | 7                     | target_modules: expected a list of names, found 7
            target_modules          | [7]                   | target_modules: expected a list of names, found [7]
            target_modules          | ".*(query"            | target_modules: expected a regular expression
            exclude_modules         | "(?P=x)"              | exclude_modules: expected a regular expression that RE2 can match
            layers_to_transform     | "all"                 | layers_to_transform: expected whole numbers from 0
            layers_pattern          | "layer"               | layers_pattern: expected layers_to_transform beside it
            init_lora_weights       | "pissa"               | init_lora_weights = pissa
            init_lora_weights       | "pissa_niter_16"      | init_lora_weights = pissa_niter_16
            init_lora_weights       | "olora"               | init_lora_weights = olora
            init_lora_weights       | "corda"               | init_lora_weights = corda
            init_lora_weights       | "loftq"               | init_lora_weights = loftq
            init_lora_weights       | "lora_ga"             | init_lora_weights = lora_ga
            use_rslora              | "yes"                 | use_rslora: expected true or false, found "yes"
            r                       | 0                     | r: expected a rank of at least 1, found 0
            r                       | "4"                   | r: expected a rank of at least 1, found "4"
            lora_alpha              | null                  | lora_alpha: expected a finite number, found null
            lora_alpha              | "8"                   | lora_alpha: expected a finite number, found "8"
            lora_alpha              | 1e999                 | lora_alpha: expected a finite number, found
            rank_pattern            | [4]                   | rank_pattern: expected a JSON object, found [4]
            rank_pattern            | {"query": 0}          | rank_pattern: expected a rank of at least 1, found 0
            alpha_pattern           | {"query": "8"}        | alpha_pattern: expected a finite number, found "8"
            alpha_pattern           | {"(": 8}              | alpha_pattern: expected a regular expression that RE2 can match as Python does, found (
            """)
    void whatIsNoPlainLoraIsRefusedByName(String key, String value, String message) {
        TestData.copy("peft-adapters/v4-names/adapter0", folder);
        TestData.set(folder.resolve(CONFIG), key, value);
        assertThatThrownBy(() -> load(folder, "x"))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(folder.resolve(CONFIG) + ": ")
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            init_lora_weights | "gaussian"
            init_lora_weights | false
            init_lora_weights | "eva"
            init_lora_weights | null
            modules_to_save   | []
            rank_pattern      | null
            use_rslora        | null
            some_new_variant  | false
            some_new_variant  | []
            some_new_variant  | 0
            init_lora_weights | "mica"
            target_modules    | "all-linear"
            target_modules    | ".*[.][qv][a-z]+"
            target_modules    | null
            bias              | null
            exclude_modules   | ["key"]
            layers_to_transform | [0, 1, 2, 3]
            """)
    void whatLeavesTheDeltaPlainIsAccepted(String key, String value) {
        TestData.copy("peft-adapters/v4-names/adapter0", folder);
        TestData.set(folder.resolve(CONFIG), key, value);
        assertThat(load(folder, "adapter0")).isEqualTo(read("v4-names", 0));
    }

    static Stream<Arguments> wrongTensors() {
        String a = "base_model.model." + QUERY + ".lora_A.weight";
        String b = "base_model.model." + QUERY + ".lora_B.weight";
        return Stream.of(
                arguments(change(all -> all.remove(a)), "expected '" + a + "' beside '" + b + "', found none"),
                arguments(change(all -> all.remove(b)), "expected '" + b + "' beside '" + a + "', found none"),
                arguments(
                        change(all -> all.add(a, List.of(3L, 64L), new float[3 * 64])),
                        "module " + QUERY + ": expected the rank 4 of adapter_config.json,"
                                + " found A [3, 64] and B [64, 4]"),
                arguments(
                        change(all -> all.add(b, List.of(64L, 5L), new float[5 * 64])),
                        "found A [4, 64] and B [64, 5]"),
                arguments(
                        change(all -> all.add(a, List.of(4L, 8L, 8L), new float[4 * 64])),
                        "tensor '" + a
                                + "': expected a matrix, found the shape [4, 8, 8] of a convolution, which ham cannot merge"),
                arguments(
                        change(all -> all.add(a, "I32", List.of(4L, 64L), new byte[4 * 4 * 64])),
                        "tensor '" + a + "': expected the dtype F32, F16 or BF16, found I32"),
                arguments(
                        change(all -> all.add(b, "F16", List.of(64L, 4L), nan(4 * 64, 77))),
                        "tensor '" + b + "': expected finite values, found NaN at index 77"),
                foreign("classifier.weight"),
                foreign("base_model.model.classifier.modules_to_save.weight"),
                foreign("base_model.model." + QUERY + ".lora_magnitude_vector"),
                arguments(
                        change(all ->
                                all.add("base_model.model." + QUERY + ".lora_B.bias", List.of(64L), new float[64])),
                        "as lora_bias is false in adapter_config.json, found one"),
                arguments(
                        change(all -> all.add("base_model.model." + QUERY + ".lora_A.default.weight", List.of(1L), 1)),
                        "expected one adapter, found 'base_model.model." + QUERY + ".lora_A.default.weight'"),
                foreign("base_model.model.lora_A.weight"));
    }

    private static Arguments foreign(String tensor) {
        return arguments(change(all -> all.add(tensor, List.of(1L), 1)), "found the tensor '" + tensor + "'");
    }

    private static UnaryOperator<RawTensors> change(UnaryOperator<RawTensors> change) {
        return change;
    }

    private static byte[] nan(int size, int index) {
        int[] bits = new int[size];
        bits[index] = 0x7e00;
        return RawTensors.words(bits);
    }

    @ParameterizedTest
    @MethodSource("wrongTensors")
    void tensorsThatAreNotPairsOfFactorsAreRefused(UnaryOperator<RawTensors> change, String message) {
        changed(change);
        assertThatThrownBy(() -> load(folder, "x"))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(folder.resolve(WEIGHTS) + ": ")
                .hasMessageContaining(message);
    }

    @Test
    void anAdapterWithoutTensorsIsRefused() {
        changed(all -> new RawTensors());
        assertThatThrownBy(() -> load(folder, "x"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("expected LoRA factors, found no tensor at all");
    }

    @ParameterizedTest
    @ValueSource(strings = {CONFIG, WEIGHTS})
    void aMissingFileIsToldByName(String file) throws IOException {
        TestData.copy("peft-adapters/v4-names/adapter0", folder);
        Files.delete(folder.resolve(file));
        assertThatThrownBy(() -> load(folder, "x"))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(folder.resolve(file) + ": expected ");
    }

    @Test
    void whatIsNoFolderIsToldAsSuch() {
        Path missing = folder.resolve("missing");
        assertThatThrownBy(() -> PeftReader.read(missing, "x"))
                .isInstanceOf(InputException.class)
                .hasMessage(missing
                        + ": expected an adapter folder with adapter_config.json and adapter_model.safetensors,"
                        + " found nothing");
    }
}
