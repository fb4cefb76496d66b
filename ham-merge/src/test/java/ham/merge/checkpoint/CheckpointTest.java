package ham.merge.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import ham.merge.InputException;
import ham.merge.RawTensors;
import ham.merge.ShardedCopy;
import ham.merge.encoder.Place;
import ham.merge.safetensors.DType;
import ham.testing.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

class CheckpointTest {
    private static final String WEIGHTS = "model.safetensors";

    @TempDir
    private Path folder;

    /** A copy of the tiny model with other tensors. */
    private Path changed(UnaryOperator<RawTensors> change) {
        TestData.copy("hf-vit-tiny", folder);
        change.apply(RawTensors.read(folder.resolve(WEIGHTS))).write(folder.resolve(WEIGHTS));
        return folder;
    }

    @Test
    void opensTheTinyModel() {
        Checkpoint checkpoint = Checkpoint.open(TestData.path("hf-vit-tiny"));
        RawTensors raw = RawTensors.read(TestData.path("hf-vit-tiny").resolve(WEIGHTS));
        assertThat(checkpoint.names().clsToken()).isEqualTo("vit.embeddings.cls_token");
        assertThat(checkpoint.hasClassifier()).isTrue();
        assertThat(checkpoint.config().labels()).hasSize(10).startsWith("LABEL_0");
        assertThat(raw.tensors()).allSatisfy((name, tensor) -> {
            assertThat(checkpoint.shape(name)).isEqualTo(tensor.shape());
            assertThat(checkpoint.floats(name)).containsExactly(tensor.floats());
        });
        assertThat(checkpoint.matrix(checkpoint.names().weight(2, Target.FC1)).rows())
                .isEqualTo(128);
    }

    @Test
    void opensTheHalfPrecisionBackbone() {
        Checkpoint checkpoint = Checkpoint.open(TestData.path("backbone"));
        assertThat(checkpoint.config().layers()).isEqualTo(6);
        assertThat(checkpoint.config().tokens()).isEqualTo(65);
        assertThat(checkpoint.config().labels()).hasSize(200);
        String name = checkpoint.names().weight(5, Target.FC2);
        assertThat(checkpoint.file().info(name).dtype()).isEqualTo(DType.F16);
        assertThat(checkpoint.matrix(name).rows()).isEqualTo(192);
        assertThat(checkpoint.sha256()).hasSize(64).isNotEqualTo(tiny().sha256());
    }

    private static Checkpoint tiny() {
        return Checkpoint.open(TestData.path("hf-vit-tiny"));
    }

    @Test
    void opensABareBackboneWithoutPrefixPoolerOrClassifier() {
        Path bare = changed(all -> all.remove("classifier.weight")
                .remove("classifier.bias")
                .renamed(name -> name.substring("vit.".length()))
                .add("pooler.dense.weight", List.of(64L, 64L), new float[64 * 64])
                .add("pooler.dense.bias", List.of(64L), new float[64]));
        Checkpoint checkpoint = Checkpoint.open(bare);
        assertThat(checkpoint.names().clsToken()).isEqualTo("embeddings.cls_token");
        assertThat(checkpoint.hasClassifier()).isFalse();
        assertThat(checkpoint.config().labels()).isEmpty();
        assertThat(checkpoint.floats(checkpoint.names().clsToken()))
                .containsExactly(tiny().floats("vit.embeddings.cls_token"));
        assertThat(checkpoint.resolve("vit.encoder.layer.3.output.dense.weight"))
                .hasValue(new Place(
                        "encoder.layer.3.output.dense.weight", "encoder.layer.3.output.dense.weight", 0, 64, true));
    }

    @Test
    void aModelWithoutQkvBiasHasNone() {
        Path unbiased = changed(all -> {
            for (int block = 0; block < 4; block++) {
                for (String target : List.of("query", "key", "value")) {
                    all.remove("vit.encoder.layer." + block + ".attention.attention." + target + ".bias");
                }
            }
            return all;
        });
        assertThatThrownBy(() -> Checkpoint.open(unbiased)).hasMessageContaining("query.bias");
        TestData.set(unbiased.resolve("config.json"), "qkv_bias", "false");
        assertThat(Checkpoint.open(unbiased).config().qkvBias()).isFalse();
    }

    static Stream<Arguments> wrongTensors() {
        String query = "vit.encoder.layer.2.attention.attention.query.weight";
        return Stream.of(
                arguments(
                        change(all -> all.remove(query)),
                        "expected a plain ViT with a tensor '" + query + "' [64, 64], found none of that name"),
                arguments(
                        change(all -> all.remove("vit.layernorm.bias")),
                        "expected a plain ViT with a tensor 'vit.layernorm.bias' [64], found none of that name"),
                arguments(
                        change(all -> all.remove("classifier.bias")),
                        "expected a plain ViT with a tensor 'classifier.bias' [10], found none of that name"),
                arguments(
                        change(all -> all.add("vit.encoder.layer.4.layernorm_after.bias", List.of(64L), new float[64])),
                        "expected a plain ViT, found the tensor 'vit.encoder.layer.4.layernorm_after.bias'"
                                + " that such a model does not have"),
                arguments(
                        change(all -> all.add("lm_head.weight", List.of(1L), 1)),
                        "expected a plain ViT, found the tensor 'lm_head.weight' that such a model does not have"),
                arguments(
                        change(all -> all.add(query, List.of(32L, 128L), new float[64 * 64])),
                        "tensor '" + query
                                + "': expected the shape [64, 64] that config.json implies, found [32, 128]"),
                arguments(
                        change(all -> all.add(query, "I32", List.of(64L, 64L), new byte[4 * 64 * 64])),
                        "tensor '" + query + "': expected a float dtype, found I32"),
                arguments(
                        change(all -> all.add("classifier.weight", List.of(64L), new float[64])),
                        "tensor 'classifier.weight': expected the shape [classes, 64], found [64]"),
                arguments(
                        change(all -> all.add("classifier.weight", List.of(0L, 64L))),
                        "tensor 'classifier.weight': expected the shape [classes, 64], found [0, 64]"),
                arguments(
                        change(all -> all.add("classifier.weight", List.of(3L, 64L), new float[3 * 64])
                                .add("classifier.bias", List.of(3L), new float[3])),
                        "expected a classifier of 10 classes, as config.json says, found 3"));
    }

    private static UnaryOperator<RawTensors> change(UnaryOperator<RawTensors> change) {
        return change;
    }

    @ParameterizedTest
    @MethodSource("wrongTensors")
    void tensorsThatAreNotThoseOfAPlainVitAreRefused(UnaryOperator<RawTensors> change, String message) {
        Path wrong = changed(change);
        assertThatThrownBy(() -> Checkpoint.open(wrong))
                .isInstanceOf(InputException.class)
                .hasMessage(wrong.resolve(WEIGHTS) + ": " + message);
    }

    @Test
    void aValueThatIsNotFiniteIsRefusedWhenItIsRead() {
        Checkpoint checkpoint =
                Checkpoint.open(changed(all -> all.add("classifier.bias", List.of(10L), nanAt(new float[10], 7))));
        assertThatThrownBy(() -> checkpoint.floats("classifier.bias"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("tensor 'classifier.bias': expected finite values, found NaN at index 7");
    }

    private static float[] nanAt(float[] values, int index) {
        values[index] = Float.NaN;
        return values;
    }

    @Test
    void aClassifierWithoutNamesGetsNumberedOnes() {
        Path unnamed = changed(all -> all);
        TestData.set(unnamed.resolve("config.json"), "id2label", "");
        assertThat(Checkpoint.open(unnamed).config().labels()).hasSize(10).endsWith("LABEL_9");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            hidden_size       | 128        | 'vit.embeddings.cls_token': expected the shape [1, 1, 128] that config.json implies, found [1, 1, 64]
            num_hidden_layers | 3          | found the tensor 'vit.encoder.layer.3.attention.attention.key.bias'
            num_hidden_layers | 2000000000 | tensor 'vit.encoder.layer.4.layernorm_before.weight' [64], found none
            image_size        | 64         | 'vit.embeddings.position_embeddings': expected the shape [1, 65, 64]
            """)
    void aConfigurationThatDisagreesWithTheTensorsIsRefused(String key, String value, String message) {
        TestData.copy("hf-vit-tiny", folder);
        TestData.set(folder.resolve("config.json"), key, value);
        assertThatThrownBy(() -> Checkpoint.open(folder))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(folder.resolve(WEIGHTS) + ": ")
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"config.json", WEIGHTS})
    void aMissingFileIsToldByName(String file) throws IOException {
        TestData.copy("hf-vit-tiny", folder);
        Files.delete(folder.resolve(file));
        assertThatThrownBy(() -> Checkpoint.open(folder))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(folder.resolve(file) + ": expected ");
    }

    @Test
    void whatIsNoFolderIsToldAsSuch() throws IOException {
        Path missing = folder.resolve("missing");
        assertThatThrownBy(() -> Checkpoint.open(missing))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(missing + ": expected a checkpoint folder")
                .hasMessageEndingWith("found nothing");
        Path file = Files.createFile(folder.resolve("file"));
        assertThatThrownBy(() -> Checkpoint.open(file)).hasMessageEndingWith("found a file");
    }

    @Test
    void shardsAreTheSameModel() {
        TestData.copy("hf-vit-tiny", folder);
        ShardedCopy.in(folder, 3);
        Checkpoint sharded = Checkpoint.open(folder);
        assertThat(sharded.sha256()).isEqualTo(tiny().sha256());
        assertThat(sharded.config()).isEqualTo(tiny().config());
        assertThat(sharded.file().names())
                .allSatisfy(name -> assertThat(sharded.floats(name)).containsExactly(tiny().floats(name)));
    }

    @Test
    void oneWholeFileIsTakenBeforeAnIndex() throws IOException {
        TestData.copy("hf-vit-tiny", folder);
        Files.writeString(folder.resolve("model.safetensors.index.json"), "{}");
        assertThat(Checkpoint.open(folder).sha256()).isEqualTo(tiny().sha256());
        Files.delete(folder.resolve(WEIGHTS));
        assertThatThrownBy(() -> Checkpoint.open(folder)).hasMessageContaining("expected a weight_map");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            vit.encoder.layer.1.attention.attention.query.weight | vit.encoder.layer.1.attention.attention.query.weight
            vit.encoder.layer.1.attention.attention.query        | vit.encoder.layer.1.attention.attention.query.weight
            encoder.layer.1.attention.attention.query.weight     | vit.encoder.layer.1.attention.attention.query.weight
            encoder.layer.1.output.dense                         | vit.encoder.layer.1.output.dense.weight
            vit.layers.1.attention.q_proj.weight                 | vit.encoder.layer.1.attention.attention.query.weight
            vit.layers.1.attention.k_proj.weight                 | vit.encoder.layer.1.attention.attention.key.weight
            vit.layers.1.attention.v_proj                        | vit.encoder.layer.1.attention.attention.value.weight
            layers.1.attention.o_proj.weight                     | vit.encoder.layer.1.attention.output.dense.weight
            vit.layers.3.mlp.fc1.weight                          | vit.encoder.layer.3.intermediate.dense.weight
            vit.layers.3.mlp.fc2.weight                          | vit.encoder.layer.3.output.dense.weight
            vit.layers.3.mlp.fc2.bias                            | vit.encoder.layer.3.output.dense.bias
            encoder.layer.0.intermediate.dense.bias              | vit.encoder.layer.0.intermediate.dense.bias
            classifier                                           | classifier.weight
            vit.layers.4.mlp.fc2.weight                          |
            vit.layers.0.attention.qkv.weight                    |
            vit.encoder.layer.99999.output.dense.weight          |
            encoder.layer.-1.output.dense.weight                 |
            decoder.layer.0.output.dense.weight                  |
            vit.encoder.layer.0.another.output.dense.weight      |
            vit.layers.0.attention.fc1.weight                    |
            """)
    void namesOfBothSchemesAreResolved(String name, String expected) {
        assertThat(tiny().resolve(name).map(Place::name).orElse(null)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            pytorch_model.bin            | a pickle, which can run code when it is read
            pytorch_model.bin.index.json | a pickle
            model.ckpt                   | a pickle
            model.fp16.safetensors       | a variant
            tf_model.h5                  | weights of another framework
            """)
    void weightsOfAnotherFormatAreNamed(String file, String what) throws IOException {
        Path copy = TestData.copy("everyday/vit", folder.resolve("copy"));
        Files.move(copy.resolve("model.safetensors"), copy.resolve(file));
        assertThatThrownBy(() -> Checkpoint.open(copy))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(copy.resolve("model.safetensors") + ": expected a safetensors file, found only "
                        + file + ", " + what);
    }

    @Test
    void aFolderOfTheHuggingFaceCacheIsReadThroughItsLinksAndItsRootNamed() throws IOException {
        Path root = folder.resolve("models--x--y");
        Path snapshot = Files.createDirectories(root.resolve("snapshots/0a1b"));
        Path blobs = TestData.copy("everyday/vit", root.resolve("blobs"));
        for (String each : List.of("config.json", "model.safetensors")) {
            Files.move(blobs.resolve(each), blobs.resolve("blob-" + each));
            Files.createSymbolicLink(snapshot.resolve(each), Path.of("../../blobs/blob-" + each));
        }
        assertThat(Checkpoint.open(snapshot).sha256())
                .isEqualTo(Checkpoint.open(TestData.path("everyday/vit")).sha256());
        assertThatThrownBy(() -> Checkpoint.open(root))
                .isInstanceOf(InputException.class)
                .hasMessage(root + ": is a repository in a Hugging Face cache; give one of its snapshots, " + snapshot);
        Files.delete(blobs.resolve("blob-model.safetensors"));
        assertThatThrownBy(() -> Checkpoint.open(snapshot))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("found a link to ../../blobs/blob-model.safetensors, where nothing is");
    }

    @Test
    void classesThatIdToLabelLeavesOutHavePlaceholders() throws IOException {
        Path copy = TestData.copy("everyday/vit", folder.resolve("copy"));
        TestData.set(copy.resolve("config.json"), "id2label", "{\"0\": \"a\", \"2\": \"c\", \"4\": \"e\"}");
        assertThat(Checkpoint.open(copy).config().labels()).containsExactly("a", "LABEL_1", "c", "LABEL_3", "e");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aTimmModelInTransformersHandsIsTheTimmModel(boolean prefixed) throws IOException {
        Path copy = TestData.copy("everyday/timm", folder.resolve("copy"));
        TestData.edit(copy.resolve("config.json"), json -> {
            json.put("model_type", "timm_wrapper")
                    .put("initializer_range", 0.02)
                    .put("do_pooling", true);
            json.putArray("label_names").add("a").add("b").add("c").add("d").add("e");
        });
        Checkpoint timm = Checkpoint.open(TestData.path("everyday/timm"));
        if (prefixed) {
            RawTensors renamed = new RawTensors();
            for (String name : timm.file().names()) {
                renamed.add(
                        "timm_model." + name,
                        timm.file().info(name).shape(),
                        timm.file().floats(name));
            }
            renamed.write(copy.resolve("model.safetensors"));
        }
        Checkpoint wrapped = Checkpoint.open(copy);
        assertThat(wrapped.config().labels()).containsExactly("a", "b", "c", "d", "e");
        assertThat(wrapped.config().withLabels(List.of()))
                .isEqualTo(timm.config().withLabels(List.of()));
        for (String name : List.of("vit.encoder.layer.1.attention.attention.key", "blocks.0.mlp.fc2", "norm.bias")) {
            assertThat(wrapped.floats(wrapped.resolve(name).orElseThrow().name()))
                    .isEqualTo(timm.floats(timm.resolve(name).orElseThrow().name()));
        }
    }
}
