package ham.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ham.export.parity.ParityInputs;
import ham.export.variant.PlainForward;
import ham.merge.InputException;
import ham.merge.adapter.LoraFactors;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.combine.Branch;
import ham.merge.folder.Merged;
import ham.merge.head.LinearHead;
import ham.merge.head.NamedHead;
import ham.merge.safetensors.SafetensorsFile;
import ham.merge.safetensors.SafetensorsWriter;
import ham.merge.tensor.Matrix;
import ham.testing.RandomCheckpoint;
import ham.testing.TestData;
import ham.testing.VitVariant;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.StringJoiner;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Exports of every member of the ViT family that ham reads, against the fixtures of timm and a plain forward pass. */
class FamilyTest {
    private static final String BLOCK = "vit.encoder.layer.1.attention.attention.";

    @TempDir
    private Path folder;

    @Test
    void theTimmFixtureGivesTheLogitsOfTimm() {
        ExportResult result = export(timm(), Merged.none());
        assertClose(runTimm(result), SampleModel.floats("timm-vit-tiny/logits.safetensors", "logits"));
        assertThat(result.labels()).hasSize(10).startsWith("LABEL_0");
    }

    @Test
    void shardsGiveTheSameFile() throws IOException {
        Path base = TestData.path("hf-vit-tiny");
        SafetensorsFile tensors = SafetensorsFile.open(base.resolve("model.safetensors"));
        List<SafetensorsWriter> shards = List.of(new SafetensorsWriter(), new SafetensorsWriter());
        StringJoiner map = new StringJoiner(", ", "{\"weight_map\": {", "}}");
        for (String name : tensors.names()) {
            int shard = Math.floorMod(name.hashCode(), 2);
            shards.get(shard).add(name, tensors.info(name).shape(), tensors.floats(name));
            map.add("\"" + name + "\": \"shard" + shard + "\"");
        }
        Path sharded = Files.createDirectory(folder.resolve("sharded"));
        shards.get(0).write(sharded.resolve("shard0"));
        shards.get(1).write(sharded.resolve("shard1"));
        Files.writeString(sharded.resolve("model.safetensors.index.json"), map.toString());
        Files.copy(base.resolve("config.json"), sharded.resolve("config.json"));

        ExportResult result = export(Checkpoint.open(sharded), Merged.none());
        float[] logits =
                SampleModel.run(result.output(), SampleModel.tinyInputs().pixelValues(), 8, 3, 32, 32);
        assertClose(logits, SampleModel.floats("hf-vit-tiny/logits.safetensors", "logits"));
        byte[] bytes = Files.readAllBytes(result.output());
        assertThat(export(SampleModel.tiny(), Merged.none()).output()).hasBinaryContent(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"peft6.default.merged", "peft6.alphas.normalized"})
    void huggingFaceDeltasLandInTheRowsOfTimmsFusedQkv(String merge) {
        Merged merged = Merged.read(TestData.path("ham-reference/" + merge + ".safetensors"));
        ExportResult result = export(timm(), merged);
        assertClose(runTimm(result), SampleModel.floats("ham-reference/baked_logits.safetensors", "timm." + merge));
        assertThat(result.matched()).hasSize(8).first().satisfies(first -> {
            assertThat(first.layer()).isEqualTo("vit.encoder.layer.0.attention.attention.query");
            assertThat(first.initializer()).isEqualTo("vit.encoder.layer.0.attention.attention.query.weight");
            assertThat(first.how()).isEqualTo("blocks.0.attn.qkv.weight rows 0..63");
        });
        assertThat(result.matched().get(1).how()).isEqualTo("blocks.0.attn.qkv.weight rows 128..191");
    }

    /** One adapter on the whole qkv, as PEFT trains it on timm, is three on its parts. */
    @Test
    void aDeltaOfTheWholeQkvIsThatOfItsParts() {
        LoraFactors factors = new LoraFactors(random(3, 64, 1), random(192, 3, 2), 0.3);
        Merged whole = merged("blocks.1.attn.qkv.weight", factors);
        SortedMap<String, Matrix> deltas = new TreeMap<>();
        SortedMap<String, List<Branch>> branches = new TreeMap<>();
        List<String> parts = List.of("query", "key", "value");
        for (int part = 0; part < 3; part++) {
            LoraFactors some = new LoraFactors(factors.a(), factors.b().rows(64 * part, 64), 0.3);
            deltas.put(BLOCK + parts.get(part), product(some));
            branches.put(BLOCK + parts.get(part), List.of(new Branch(1, some)));
        }
        Merged apart =
                new Merged(deltas, new TreeMap<>(), branches, Optional.empty(), Optional.empty(), new TreeMap<>());
        float[] together = runTimm(export(timm(), whole));
        assertThat(together).isEqualTo(runTimm(export(timm(), apart)));
        assertThat(together[0])
                .isNotCloseTo(SampleModel.floats("timm-vit-tiny/logits.safetensors", "logits")[0], within(1e-3f));
        assertThat(export(timm(), whole).matched())
                .extracting(MatchedLayer::layer)
                .containsOnly("blocks.1.attn.qkv.weight");
    }

    /** As PEFT's lora_bias makes them: of one part by its Hugging Face name, or of the whole fused bias. */
    @Test
    void biasDeltasLandInTheFusedBias() {
        float[] value = random(1, 64, 8).data();
        float[] whole = new float[192];
        System.arraycopy(value, 0, whole, 128, 64);
        float[] part = runTimm(export(timm(), biases("vit.layers.2.attention.v_proj.bias", value)));
        assertThat(part).isEqualTo(runTimm(export(timm(), biases("blocks.2.attn.qkv.bias", whole))));
        assertThat(part).isNotEqualTo(runTimm(export(timm(), Merged.none())));
        assertThat(export(timm(), biases("blocks.2.attn.proj.bias", value)).matched())
                .singleElement()
                .satisfies(matched -> assertThat(matched.layout()).isEqualTo("[out]"));
    }

    private static Merged biases(String name, float[] delta) {
        return new Merged(
                new TreeMap<>(),
                new TreeMap<>(Map.of(name, delta)),
                new TreeMap<>(),
                Optional.empty(),
                Optional.empty(),
                new TreeMap<>());
    }

    @Test
    void aDeltaOfTheWholeQkvAndOneOfAPartAreRefused() {
        SortedMap<String, Matrix> deltas = new TreeMap<>();
        deltas.put("blocks.1.attn.qkv", random(192, 64, 1));
        deltas.put("vit.layers.1.attention.k_proj", random(64, 64, 1));
        Merged merged = new Merged(
                deltas, new TreeMap<>(), new TreeMap<>(), Optional.empty(), Optional.empty(), new TreeMap<>());
        assertThatThrownBy(() -> export(timm(), merged))
                .isInstanceOf(InputException.class)
                .hasMessageEndingWith("two deltas mean the weight 'blocks.1.attn.qkv.weight rows 64..127'");
    }

    /**
     * T timm or not, c class token, d distillation token, r registers, p positions on patches only, s LayerScale, b qkv bias, m mean of
     * patches, n norm after the pooling, w classifiers with teacher.
     */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "cb",
                "c",
                "cdb",
                "cdbw",
                "cdw", // transformers: ViT and DeiT
                "Tcb",
                "Tc",
                "Tcsb",
                "Tcpsb",
                "Tcrpsb",
                "Tcrb",
                "Tcnb",
                "Tcdb",
                "Tcdsb", // timm, tokens
                "Tmb",
                "Tmnb",
                "Tmns",
                "Tcmnb",
                "Tcmb",
                "Trpmnsb",
                "Trmb",
                "Tpmb",
                "Tcrpmns" // timm, mean
            })
    void logitsAreThoseOfThePlainForward(String letters) {
        VitVariant variant = VitVariant.of(letters);
        Path base = RandomCheckpoint.write(variant, folder.resolve("base"));
        Checkpoint checkpoint = Checkpoint.open(base);
        ParityInputs inputs = ParityInputs.seeded(checkpoint.config(), 4, 3);
        LoraFactors factors = new LoraFactors(random(2, 16, 5), random(16, 2, 6), 0.4);
        PlainForward plain = new PlainForward(variant, base, Map.of(1, doubles(product(factors))));
        Merged merged = merged(BLOCK + "query.weight", factors);

        ExportResult result = export(checkpoint, merged);
        float[] logits = SampleModel.run(result.output(), inputs.pixelValues(), 4, 3, 12, 12);
        for (int i = 0; i < 4; i++) {
            assertRow(logits, i, plain.logits(image(inputs, i)));
        }
        assertThat(result.parity().orElseThrow().passed()).isTrue();

        LinearHead head = new LinearHead(random(3, 16, 7), new float[] {0.1f, 0.2f, 0.3f});
        ExportResult headed = export(checkpoint, merged.withHead(new NamedHead(head, List.of("a", "b", "c"))));
        logits = SampleModel.run(headed.output(), inputs.pixelValues(), 4, 3, 12, 12);
        for (int i = 0; i < 4; i++) {
            double[] feature = plain.feature(image(inputs, i));
            double[] expected = new double[3];
            for (int c = 0; c < 3; c++) {
                expected[c] = head.bias()[c];
                for (int k = 0; k < 16; k++) {
                    expected[c] += head.weight().get(c, k) * feature[k];
                }
            }
            assertRow(logits, i, expected);
        }
    }

    private static float[] image(ParityInputs inputs, int i) {
        return Arrays.copyOfRange(inputs.pixelValues(), i * 432, (i + 1) * 432);
    }

    private static void assertRow(float[] logits, int row, double[] expected) {
        for (int c = 0; c < expected.length; c++) {
            assertThat((double) logits[row * expected.length + c])
                    .as("image %d, logit %d", row, c)
                    .isCloseTo(expected[c], within(1e-4));
        }
    }

    private static Checkpoint timm() {
        return Checkpoint.open(TestData.path("timm-vit-tiny"));
    }

    private ExportResult export(Checkpoint base, Merged merged) {
        return VitExporter.export(ExportRequest.builder()
                .setBase(base)
                .setMerged(merged)
                .setVersion("test")
                .setOutput(folder.resolve("model.onnx"))
                .setSettings(SampleModel.SETTINGS)
                .optForce(true)
                .build());
    }

    private static float[] runTimm(ExportResult result) {
        float[] images = SampleModel.floats("timm-vit-tiny/inputs.safetensors", "pixel_values");
        return SampleModel.run(result.output(), images, 8, 3, 32, 32);
    }

    private static void assertClose(float[] actual, float[] expected) {
        assertThat(actual).usingComparatorWithPrecision(1e-4f).containsExactly(expected);
    }

    private static Merged merged(String name, LoraFactors factors) {
        return new Merged(
                new TreeMap<>(Map.of(name, product(factors))),
                new TreeMap<>(),
                new TreeMap<>(Map.of(name, List.of(new Branch(1, factors)))),
                Optional.empty(),
                Optional.empty(),
                new TreeMap<>());
    }

    private static Matrix product(LoraFactors factors) {
        Matrix delta = Matrix.zeros(factors.outputs(), factors.inputs());
        for (int i = 0; i < delta.data().length; i++) {
            double sum = 0;
            for (int k = 0; k < factors.rank(); k++) {
                sum += (double) factors.b().get(i / delta.columns(), k)
                        * factors.a().get(k, i % delta.columns());
            }
            delta.data()[i] = (float) (factors.scaling() * sum);
        }
        return delta;
    }

    private static double[][] doubles(Matrix matrix) {
        double[][] doubles = new double[matrix.rows()][matrix.columns()];
        for (int i = 0; i < matrix.data().length; i++) {
            doubles[i / matrix.columns()][i % matrix.columns()] = matrix.data()[i];
        }
        return doubles;
    }

    private static Matrix random(int rows, int columns, long seed) {
        Random random = new Random(seed);
        Matrix matrix = Matrix.zeros(rows, columns);
        for (int i = 0; i < matrix.data().length; i++) {
            matrix.data()[i] = (float) (0.3 * random.nextGaussian());
        }
        return matrix;
    }
}
