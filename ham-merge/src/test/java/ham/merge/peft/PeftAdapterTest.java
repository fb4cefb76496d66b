package ham.merge.peft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import ham.merge.InputException;
import ham.merge.adapter.BiasChange;
import ham.merge.adapter.LayerShape;
import ham.merge.adapter.LoraAdapter;
import ham.merge.head.LinearHead;
import ham.merge.safetensors.SafetensorsFile;
import ham.merge.safetensors.TensorHash;
import ham.testing.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PeftAdapterTest {
    private static final String QUERY = "vit.encoder.layer.0.attention.attention.query";
    private static final String KEY = "vit.encoder.layer.0.attention.attention.key";

    @TempDir
    private Path folder;

    /** An adapter [5, 3] of rank 2 and scaling 4 on the query of block 0. */
    private final PeftFolder made =
            new PeftFolder(new Random(7)).config("r", 2).config("lora_alpha", 8).pair(QUERY, "F32", 2, 5, 3);

    private PeftAdapter open() {
        return PeftReader.read(made.write(folder), "x");
    }

    private void refused(String message) {
        assertThatThrownBy(this::open)
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(folder + "/")
                .hasMessageContaining(message);
    }

    @Test
    void openingReadsNoTensor() throws IOException {
        made.config("lora_bias", true)
                .tensor(QUERY + ".lora_B.bias", "F32", 5)
                .config("modules_to_save", List.of("classifier"))
                .tensor("classifier.weight", "F32", 2, 3)
                .write(folder);
        // NaN in every tensor: whoever reads one fails.
        Path weights = folder.resolve("adapter_model.safetensors");
        byte[] bytes = Files.readAllBytes(weights);
        int header = (bytes[0] & 0xff) | (bytes[1] & 0xff) << 8;
        Arrays.fill(bytes, 8 + header, bytes.length, (byte) 0xff);
        Files.write(weights, bytes);
        PeftAdapter adapter = PeftReader.read(folder, "x");
        assertThat(adapter.layers()).isEqualTo(Map.of(QUERY + ".weight", new LayerShape(5, 3, 2, 4)));
        String problem = "expected finite values, found NaN at index 0";
        assertThatThrownBy(() -> adapter.factors(QUERY + ".weight"))
                .isInstanceOf(InputException.class)
                .hasMessage(weights + ": tensor 'base_model.model." + QUERY + ".lora_A.weight': " + problem);
        assertThatThrownBy(adapter::biases).isInstanceOf(InputException.class).hasMessageContaining(problem);
        assertThatThrownBy(adapter::classifier)
                .isInstanceOf(InputException.class)
                .hasMessageContaining(problem);
        assertThat(adapter.sha256()).isEqualTo(TensorHash.sha256(SafetensorsFile.open(weights)));
    }

    @Test
    void aWeightThatIsNotAdaptedIsNotThere() {
        PeftAdapter adapter = open();
        assertThatThrownBy(() -> adapter.factors("other.weight")).isInstanceOf(IllegalArgumentException.class);
        assertThat(adapter.biases()).isEmpty();
        assertThat(adapter.classifier()).isEmpty();
    }

    @Test
    void severalThreadsReadTheSame() {
        PeftAdapter adapter = PeftReader.read(TestData.path("peft-adapters/v4-names/adapter2"), "adapter2");
        LoraAdapter alone = LoraAdapter.load(adapter);
        assertThat(IntStream.range(0, 64).parallel().mapToObj(i -> LoraAdapter.load(adapter)))
                .allMatch(alone::equals);
        assertThat(IntStream.range(0, 8).parallel().mapToObj(i -> adapter.sha256()))
                .containsOnly(TensorHash.sha256(SafetensorsFile.open(
                        TestData.path("peft-adapters/v4-names/adapter2/adapter_model.safetensors"))));
    }

    @Test
    void openAdaptersHoldNoFile() throws IOException {
        Path descriptors = Path.of("/proc/self/fd");
        assumeThat(descriptors).exists();
        made.write(folder);
        int before = TestData.entries(descriptors).size();
        List<PeftAdapter> open =
                Stream.generate(() -> PeftReader.read(folder, "x")).limit(200).toList();
        assertThat(TestData.entries(descriptors).size() - before).isLessThan(100);
        assertThat(open.get(199).factors(QUERY + ".weight").rank()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"F32", "F16", "BF16"})
    void theBiasOfBIsScaledAndAdded(String dtype) {
        made.config("lora_bias", true).tensor(QUERY + ".lora_B.bias", dtype, 5);
        BiasChange change = open().biases().get(QUERY + ".bias");
        assertThat(change.full()).isFalse();
        float[] stored = made.values(QUERY + ".lora_B.bias");
        for (int i = 0; i < 5; i++) {
            assertThat(change.values()[i]).isEqualTo(4 * stored[i]);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {".base_layer.bias", ".bias"})
    void theTrainedBiasOfAnAdaptedLayerIsWhole(String end) {
        made.config("bias", "lora_only").tensor(QUERY + end, "F32", 5);
        BiasChange change = open().biases().get(QUERY + ".bias");
        assertThat(change.full()).isTrue();
        assertThat(change.values()).containsExactly(made.values(QUERY + end));
    }

    @Test
    void withBiasAllEveryBiasOfTheModelIsWhole() {
        made.config("bias", "all")
                .tensor(QUERY + ".base_layer.bias", "F32", 5)
                .tensor(KEY + ".bias", "F16", 4)
                .tensor("vit.layernorm.bias", "BF16", 6)
                .tensor("classifier.bias", "F32", 2);
        var biases = open().biases();
        assertThat(biases).containsOnlyKeys(QUERY + ".bias", KEY + ".bias", "vit.layernorm.bias", "classifier.bias");
        assertThat(biases.values()).allMatch(BiasChange::full);
        assertThat(biases.get("vit.layernorm.bias").values()).containsExactly(made.values("vit.layernorm.bias"));
    }

    @Test
    void theWholeBiasAndTheBiasOfBAddUp() {
        made.config("bias", "all")
                .config("lora_bias", true)
                .tensor(QUERY + ".base_layer.bias", "F32", 5)
                .tensor(QUERY + ".lora_B.bias", "F32", 5);
        BiasChange change = open().biases().get(QUERY + ".bias");
        assertThat(change.full()).isTrue();
        for (int i = 0; i < 5; i++) {
            assertThat(change.values()[i]).isEqualTo((float)
                    (made.values(QUERY + ".base_layer.bias")[i] + 4.0 * made.values(QUERY + ".lora_B.bias")[i]));
        }
    }

    @Test
    void biasesThatTheConfigurationDoesNotNameOrTheFileLacksAreRefused() {
        made.tensor(QUERY + ".base_layer.bias", "F32", 5);
        refused("found the tensor 'base_model.model." + QUERY + ".base_layer.bias', though bias is none");
        made.config("bias", "all").config("lora_bias", true);
        refused("expected 'base_model.model." + QUERY + ".lora_B.bias', as lora_bias is true in adapter_config.json");
        made.tensor(QUERY + ".lora_B.bias", "F32", 3);
        refused("lora_B.bias': expected the shape [5], found [3]");
        made.config("bias", "lora_only")
                .tensor(QUERY + ".lora_B.bias", "F32", 5)
                .tensor(KEY + ".bias", "F32", 5);
        refused("as bias is lora_only in adapter_config.json, found 'base_model.model." + KEY + ".bias'");
        made.config("bias", "all").tensor(QUERY + ".bias", "F32", 5);
        refused("expected one bias for the module " + QUERY);
    }

    @Test
    void aBiasOfAnotherShapeOrDtypeIsRefused() {
        made.config("bias", "all").tensor(QUERY + ".base_layer.bias", "F32", 4);
        refused("base_layer.bias': expected the shape [5], found [4]");
        made.tensor(QUERY + ".base_layer.bias", "F32", 5).tensor(KEY + ".bias", "F32", 1, 5);
        refused("tensor 'base_model.model." + KEY + ".bias': expected a vector, found the shape [1, 5]");
    }

    @Test
    void trainedBiasesThatPeftLostWhenSavingAreMissed() {
        made.config("bias", "lora_only");
        refused("expected trained biases, as bias is not none in adapter_config.json, found none; set it to none");
    }

    @ParameterizedTest
    @CsvSource({
        "classifier.weight, classifier.bias",
        "classifier.modules_to_save.weight, classifier.modules_to_save.bias",
        "classifier.modules_to_save.default.weight, classifier.modules_to_save.default.bias",
        "model.classifier.weight, model.classifier.bias"
    })
    void theSavedClassifierIsALinearHead(String weight, String bias) {
        // PEFT adds both names for sequence classification, whichever the model has.
        made.config("modules_to_save", List.of("classifier", "score"))
                .tensor(weight, "F32", 4, 3)
                .tensor(bias, "BF16", 4);
        PeftAdapter adapter = open();
        LinearHead head = adapter.classifier().orElseThrow();
        assertThat(head.weight().rows()).isEqualTo(4);
        assertThat(head.weight().data()).containsExactly(made.values(weight));
        assertThat(head.bias()).containsExactly(made.values(bias));
        assertThat(adapter.layers()).hasSize(1);
        assertThat(adapter.biases()).isEmpty();
    }

    @Test
    void withBiasAllTheClassifiersOwnBiasesStayWithTheHead() {
        made.config("modules_to_save", List.of("classifier"))
                .config("bias", "all")
                .tensor(QUERY + ".base_layer.bias", "F32", 5)
                .tensor("classifier.weight", "F32", 4, 3)
                .tensor("classifier.bias", "F32", 4)
                .copy("classifier.modules_to_save.bias", "classifier.bias")
                .tensor("classifier.original_module.bias", "F32", 7);
        PeftAdapter adapter = open();
        assertThat(adapter.classifier().orElseThrow().bias()).containsExactly(made.values("classifier.bias"));
        assertThat(adapter.biases()).containsOnlyKeys(QUERY + ".bias");
        made.tensor("classifier.modules_to_save.bias", "F32", 4);
        refused("'base_model.model.classifier.modules_to_save.bias' to be equal, found them different");
    }

    @Test
    void aClassifierWithoutBiasHasZeros() {
        made.config("modules_to_save", List.of("classifier")).tensor("classifier.weight", "F16", 2, 3);
        assertThat(open().classifier().orElseThrow().bias()).containsExactly(0, 0);
    }

    @Test
    void savedModulesThatAreNoClassifierAreRefusedByName() {
        made.config("modules_to_save", List.of("classifier"));
        refused("expected 'base_model.model.classifier.weight', as modules_to_save is [classifier]");
        made.tensor("classifier.dense.weight", "F32", 2, 3);
        refused("found the tensor 'base_model.model.classifier.dense.weight', which ham cannot merge");
    }

    @Test
    void aSavedEmbeddingIsRefusedByName() {
        made.config("modules_to_save", List.of("patch_embeddings"))
                .tensor("vit.embeddings.patch_embeddings.projection.weight", "F32", 2, 3);
        refused("found the tensor 'base_model.model.vit.embeddings.patch_embeddings.projection.weight'");
    }

    @Test
    void aClassifierOfAnotherShapeIsRefused() {
        made.config("modules_to_save", List.of("classifier"))
                .tensor("classifier.weight", "F32", 2, 3)
                .tensor("classifier.bias", "F32", 3);
        refused("classifier.bias': expected the shape [2], found [3]");
        made.tensor("classifier.weight", "F32", 2, 3, 1);
        refused("found the shape [2, 3, 1]");
    }

    @Test
    void aModuleThatPeftWouldPassOverIsRefused() {
        made.config("target_modules", List.of("value"));
        refused("module " + QUERY + ": expected only modules that target_modules, exclude_modules and"
                + " layers_to_transform in adapter_config.json select");
        made.config("target_modules", List.of("query")).config("layers_to_transform", List.of(1));
        refused("which PEFT would pass over");
    }

    @ParameterizedTest
    @CsvSource({
        "lora_magnitude_vector, DoRA",
        "lora_embedding_A, LoRA on an embedding",
        "lora_E, AdaLoRA",
        "hada_w1_a, LoHa",
        "lokr_w1, LoKr",
        "vera_lambda_b, VeRA",
        "oft_r, OFT",
        "ia3_l, IA3",
        "lora_diag, KaSA"
    })
    void tensorsOfOtherMethodsAreRefusedByName(String tensor, String method) {
        made.tensor(QUERY + "." + tensor, "F32", 5);
        refused("found the tensor 'base_model.model." + QUERY + "." + tensor + "' of " + method
                + ", which ham cannot merge exactly");
    }

    @Test
    void aConvolutionInOneDimensionIsRefused() {
        made.tensor(KEY + ".lora_A.weight", "F32", 2, 3, 1).tensor(KEY + ".lora_B.weight", "F32", 5, 2, 1);
        refused("expected a matrix, found the shape [2, 3, 1] of a convolution, which ham cannot merge");
    }

    @Test
    void anEmptyDeltaIsRefused() {
        made.pair(KEY, "F32", 2, 5, 0);
        refused("module " + KEY + ": expected a delta of 1 to 2147483647 entries, found 5 x 0");
    }

    @Test
    void ofAPickleNothingIsReadButWhatToDoIsSaid() throws IOException {
        made.write(folder);
        Files.move(folder.resolve("adapter_model.safetensors"), folder.resolve("adapter_model.bin"));
        assertThatThrownBy(() -> PeftReader.read(folder, "x"))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(folder.resolve("adapter_model.bin") + ": expected adapter_model.safetensors")
                .hasMessageContaining("load the adapter with PEFT and save it again, which writes safetensors");
    }
}
