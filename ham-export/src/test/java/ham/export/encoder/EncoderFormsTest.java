package ham.export.encoder;

import static org.assertj.core.api.Assertions.assertThat;

import ham.export.OnnxFiles;
import ham.export.SampleModel;
import ham.export.check.ModelChecker;
import ham.export.proto.GraphProto;
import ham.export.proto.ModelProto;
import ham.export.proto.OperatorSetIdProto;
import ham.export.proto.TensorProto;
import ham.export.proto.ValueInfoProto;
import ham.merge.adapter.LoraFactors;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.combine.Branch;
import ham.merge.folder.Merged;
import ham.merge.safetensors.SafetensorsWriter;
import ham.merge.safetensors.Tensors;
import ham.merge.tensor.Matrix;
import ham.testing.TestData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stands in the graphs; what they compute is tested with the exporter. */
class EncoderFormsTest {

    private static final String VALUE = "vit.encoder.layer.2.attention.attention.value.weight";

    private final Checkpoint base = SampleModel.tiny();

    @TempDir
    private Path folder;

    @Test
    void everyWeightKeepsItsNameShapeAndBits() {
        Map<String, TensorProto> graph = initializers(forms(base, Merged.none()).baked());
        for (String name : base.file().names()) {
            assertThat(graph).containsKey(name);
            assertThat(graph.get(name).getDimsList()).isEqualTo(base.shape(name));
            assertThat(graph.get(name).getRawData().asReadOnlyByteBuffer())
                    .isEqualTo(base.file().bytes(name));
        }
    }

    @Test
    void aZeroDeltaChangesNothing() throws IOException {
        Checkpoint negativeZeros = withNegativeZeros();
        GraphProto plain = forms(negativeZeros, Merged.none()).baked();
        GraphProto changed =
                forms(negativeZeros, delta(VALUE, Matrix.zeros(64, 64))).baked();
        assertThat(changed).isEqualTo(plain);
        assertThat(floats(initializers(plain).get(VALUE))).startsWith(-0f, -0f);
        assertThat(Float.floatToRawIntBits(floats(initializers(plain).get(VALUE))[0]))
                .isEqualTo(0x80000000);
    }

    @Test
    void bakedWeightsAreFloat32Sums() {
        Matrix delta = ramp(64, 64);
        Map<String, TensorProto> graph =
                initializers(forms(base, delta(VALUE, delta)).baked());
        float[] before = base.floats(VALUE);
        float[] after = floats(graph.get(VALUE));
        for (int i = 0; i < after.length; i++) {
            assertThat(after[i]).isEqualTo(before[i] + delta.data()[i]);
        }
        String other = VALUE.replace("value", "query");
        assertThat(floats(graph.get(other))).isEqualTo(base.floats(other));
    }

    @Test
    void bakingDoesNotChangeTheGraph() {
        GraphProto plain = forms(base, Merged.none()).baked();
        GraphProto baked = forms(base, delta(VALUE, ramp(64, 64))).baked();
        assertThat(baked.getNodeList()).isEqualTo(plain.getNodeList());
        assertThat(baked).isNotEqualTo(plain);
    }

    @Test
    void theFactoredFormLeavesTheBaseUntouched() {
        LoraFactors factors = new LoraFactors(ramp(3, 64), ramp(64, 3), 0.5);
        Merged merged = new Merged(
                new TreeMap<>(Map.of(VALUE, ramp(64, 64))),
                new TreeMap<>(),
                new TreeMap<>(Map.of(VALUE, List.of(new Branch(2, factors), new Branch(-1, factors)))),
                Optional.empty(),
                Optional.empty(),
                new TreeMap<>());
        GraphProto factored = forms(base, merged).factored();
        Map<String, TensorProto> graph = initializers(factored);
        assertThat(floats(graph.get(VALUE))).isEqualTo(base.floats(VALUE));
        assertThat(floats(graph.get(VALUE + ".branch.1.a")))
                .isEqualTo(factors.a().data());
        assertThat(graph.get(VALUE + ".branch.1.b").getDimsList()).containsExactly(64L, 3L);
        assertThat(factored.getNodeList())
                .filteredOn(node -> node.getName().equals(VALUE + ".branch.1"))
                .singleElement()
                .satisfies(node -> assertThat(node.getAttribute(0).getF()).isEqualTo(-0.5f));
    }

    @Test
    void denseDeltasAreASecondGemm() {
        Map<String, TensorProto> graph =
                initializers(forms(base, delta(VALUE, ramp(64, 64))).factored());
        assertThat(floats(graph.get(VALUE + ".delta"))).isEqualTo(ramp(64, 64).data());
    }

    @Test
    void vectorsAreChangedAsWeightsAre() throws IOException {
        String bias = VALUE.replace("weight", "bias");
        String norm = base.names().finalNormWeight();
        WeightChanges changes = WeightChanges.of(
                base,
                List.of(
                        new WeightChange(bias, bias, ramp(1, 64), List.of()),
                        new WeightChange(norm, norm, ramp(1, 64), List.of())));
        EncoderForms forms = new EncoderForms(base, changes, Optional.empty());
        GraphProto baked = forms.baked();
        GraphProto factored = forms.factored();
        assertThat(floats(initializers(baked).get(bias))[3])
                .isEqualTo(base.floats(bias)[3] + ramp(1, 64).data()[3]);
        assertThat(floats(initializers(factored).get(bias))).isEqualTo(base.floats(bias));
        float[] plainLogits = run(forms(base, Merged.none()).baked());
        float[] bakedLogits = run(baked);
        float[] factoredLogits = run(factored);
        assertThat(bakedLogits).usingComparatorWithPrecision(1e-4f).containsExactly(factoredLogits);
        assertThat(Math.abs(bakedLogits[0] - plainLogits[0])).isGreaterThan(1e-2f);
    }

    @Test
    void halfPrecisionIsWidenedExactly() throws IOException {
        Checkpoint half = Checkpoint.open(StoredAs.bfloat16(TestData.path("hf-vit-tiny"), folder));
        Map<String, TensorProto> graph = initializers(forms(half, Merged.none()).baked());
        float[] exact = base.floats(VALUE);
        float[] found = floats(graph.get(VALUE));
        for (int i = 0; i < found.length; i++) {
            assertThat(found[i]).isEqualTo(Float.intBitsToFloat(Float.floatToRawIntBits(exact[i]) & 0xFFFF0000));
        }
    }

    @Test
    void aBaseWithoutClassifierGivesItsTokens() throws IOException {
        SafetensorsWriter writer = new SafetensorsWriter();
        copy(base.file(), writer, name -> !name.startsWith("classifier"));
        writer.write(folder.resolve("model.safetensors"));
        Files.copy(TestData.path("hf-vit-tiny/config.json"), folder.resolve("config.json"));
        Checkpoint bare = Checkpoint.open(folder);
        EncoderForms forms = forms(bare, Merged.none());
        assertThat(forms.classifies()).isFalse();
        assertThat(forms.baked().getOutputList())
                .extracting(ValueInfoProto::getName)
                .containsExactly("last_hidden_state");
    }

    private float[] run(GraphProto graph) throws IOException {
        ModelProto model = ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(17))
                .setGraph(graph)
                .build();
        ModelChecker.requireValidBuilt("vit", model);
        Path file = folder.resolve("vit.onnx");
        OnnxFiles.write(model, file);
        return SampleModel.run(file, SampleModel.tinyInputs().pixelValues(), 8, 3, 32, 32);
    }

    private Checkpoint withNegativeZeros() throws IOException {
        SafetensorsWriter writer = new SafetensorsWriter();
        copy(base.file(), writer, name -> !name.equals(VALUE));
        float[] values = base.floats(VALUE);
        Arrays.fill(values, 0, 2, -0f);
        writer.add(VALUE, base.shape(VALUE), values).write(folder.resolve("model.safetensors"));
        Files.copy(TestData.path("hf-vit-tiny/config.json"), folder.resolve("config.json"));
        return Checkpoint.open(folder);
    }

    private static void copy(Tensors from, SafetensorsWriter to, Function<String, Boolean> wanted) {
        for (String name : from.names()) {
            if (wanted.apply(name)) {
                to.add(name, from.info(name).shape(), from.floats(name));
            }
        }
    }

    private static EncoderForms forms(Checkpoint base, Merged merged) {
        return new EncoderForms(base, WeightChanges.of(base, base.sha256(), merged), merged.head());
    }

    private static Merged delta(String name, Matrix delta) {
        return new Merged(
                new TreeMap<>(Map.of(name, delta)),
                new TreeMap<>(),
                new TreeMap<>(),
                Optional.empty(),
                Optional.empty(),
                new TreeMap<>());
    }

    private static Matrix ramp(int rows, int columns) {
        Matrix matrix = Matrix.zeros(rows, columns);
        for (int i = 0; i < matrix.data().length; i++) {
            matrix.data()[i] = (i % 17 - 8) / 100f;
        }
        return matrix;
    }

    private static Map<String, TensorProto> initializers(GraphProto graph) {
        return graph.getInitializerList().stream().collect(Collectors.toMap(TensorProto::getName, Function.identity()));
    }

    private static float[] floats(TensorProto tensor) {
        ByteBuffer bytes = tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        float[] values = new float[bytes.remaining() / Float.BYTES];
        bytes.asFloatBuffer().get(values);
        return values;
    }
}
