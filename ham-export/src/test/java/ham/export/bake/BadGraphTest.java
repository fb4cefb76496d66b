package ham.export.bake;

import static org.assertj.core.api.Assertions.assertThat;

import ham.export.OnnxFiles;
import ham.export.proto.ModelProto;
import ham.export.proto.StringStringEntryProto;
import ham.export.proto.TensorProto;
import ham.merge.InputException;
import ham.merge.folder.Merged;
import ham.merge.tensor.Matrix;
import ham.testing.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What cannot be baked is refused in one sentence, and nothing is written. */
class BadGraphTest {

    private static final Path TS17 = TestData.path("onnx-exports/hf-sdpa/ts17.onnx");
    private static final Path HF = TestData.path("hf-vit-tiny");

    @TempDir
    private Path temp;

    @ParameterizedTest
    @ValueSource(strings = {"hf-sdpa", "timm-sdpa"})
    void aQuantisedGraphIsRefusedWithTheWayOut(String folder) {
        String base = folder.substring(0, folder.indexOf('-'));
        Bakes.refused(
                Bakes.request(folder + "/ts17_int8", base, Bakes.deltas(), out()),
                "quantised",
                "MatMulInteger",
                "bake into the float graph");
    }

    @Test
    void aGraphOfOtherWeightsIsRefused() {
        Bakes.refused(
                Bakes.request("hf-sdpa/ts17", "timm", Bakes.deltas(), out()),
                "expected a constant that holds 'blocks.0.attn.qkv.weight'",
                "give the weights that the graph was exported from");
    }

    @Test
    void aGraphThatHasTheMergeAlreadyIsRefused() throws IOException {
        Path once = temp.resolve("once.onnx");
        Baker.bake(Bakes.request(TS17, HF, Bakes.deltas(), once));
        Bakes.refused(Bakes.request(once, HF, Bakes.deltas(), out()), "baked into already");
        Path stripped = temp.resolve("stripped.onnx");
        OnnxFiles.write(OnnxFiles.read(once).toBuilder().clearMetadataProps().build(), stripped);
        Bakes.refused(Bakes.request(stripped, HF, Bakes.deltas(), out()), "has been added to it already");
    }

    @Test
    void anotherBaseIsRefusedByItsHash() throws IOException {
        Merged merged = new Merged(
                Bakes.deltas().deltas(),
                new TreeMap<>(),
                new TreeMap<>(),
                Optional.empty(),
                Optional.of("00ff"),
                new TreeMap<>());
        Bakes.refused(Bakes.request(TS17, HF, merged, out()), "not the base", "00ff");
        Path recorded = edited(model -> model.addMetadataProps(
                StringStringEntryProto.newBuilder().setKey("ham.base_sha256").setValue("11ff")));
        Bakes.refused(Bakes.request(recorded, null, merged, out()), "not the base", "00ff", "11ff");
    }

    @Test
    void deltasThatDoNotFitAreRefused() {
        String query = "vit.encoder.layer.0.attention.attention.query.weight";
        Bakes.refused(Bakes.request(TS17, HF, single(query, 64, 32), out()), query, "[64, 64]", "[64, 32]");
        Bakes.refused(Bakes.request(TS17, HF, single("no.such.weight", 64, 64), out()), "no.such.weight", "none");
    }

    @Test
    void filesThatAreNoModelsAreRefused() throws IOException {
        byte[] whole = Files.readAllBytes(TS17);
        Path file = temp.resolve("broken.onnx");
        for (int length : new int[] {0, 1, 100, 5000, whole.length / 2, whole.length - 1}) {
            Files.write(file, Arrays.copyOf(whole, length));
            Bakes.refused(Bakes.request(file, HF, Bakes.deltas(), out()), "expected an ONNX model");
        }
        Bakes.refused(Bakes.request(temp.resolve("none.onnx"), HF, Bakes.deltas(), out()), "found no such file");
        Bakes.refused(
                Bakes.request(TestData.path("onnx/add.onnx"), HF, Bakes.deltas(), out()),
                "no constant of a fitting shape");
        Bakes.refused(
                Bakes.request(
                        edited(model -> model.getOpsetImportBuilder(0).setVersion(99)), HF, Bakes.deltas(), out()),
                "operator set",
                "99");
        Bakes.refused(
                Bakes.request(edited(model -> model.setIrVersion(99)), HF, Bakes.deltas(), out()), "IR version", "99");
    }

    @Test
    void aCircleIsRefused() throws IOException {
        Path circle = edited(model -> {
            var graph = model.getGraphBuilder();
            graph.getNodeBuilder(0)
                    .addInput(graph.getNode(graph.getNodeCount() - 1).getOutput(0));
            graph.getNodeBuilder(graph.getNodeCount() - 1)
                    .addInput(graph.getNode(0).getOutput(0));
        });
        Bakes.refused(Bakes.request(circle, HF, Bakes.deltas(), out()), "without circles");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../outside.data", "/etc/hostname", "link.data", "a\\b", ""})
    void externalDataMayNotLeaveTheFolder(String location) throws IOException {
        Path folder = Files.createDirectory(temp.resolve("model"));
        Path outside = Files.write(temp.resolve("outside.data"), new byte[1 << 14]);
        Files.createSymbolicLink(folder.resolve("link.data"), outside);
        Path file = folder.resolve("edited.onnx");
        OnnxFiles.write(external(location, "0", "16384"), file);
        Bakes.refused(Bakes.request(file, HF, Bakes.deltas(), out()), "inside the model's folder");
    }

    @Test
    void externalDataMustBeThereAndLongEnough() throws IOException {
        Path file = temp.resolve("edited.onnx");
        OnnxFiles.write(external("values.data", "0", "16384"), file);
        Bakes.refused(Bakes.request(file, HF, Bakes.deltas(), out()), "values.data", "no such file");
        Files.write(temp.resolve("values.data"), new byte[1 << 13]);
        Bakes.refused(Bakes.request(file, HF, Bakes.deltas(), out()), "16384 bytes", "8192 bytes");
        OnnxFiles.write(external("values.data", "9223372036854775807", "16384"), file);
        Bakes.refused(Bakes.request(file, HF, Bakes.deltas(), out()), "8192 bytes");
        OnnxFiles.write(external("values.data", "-1", "16384"), file);
        Bakes.refused(Bakes.request(file, HF, Bakes.deltas(), out()), "offset", "-1");
    }

    /** Whatever stands in the file: it is baked, or refused with a sentence. */
    @Test
    void damagedFilesNeverDoWorse() throws IOException {
        Random random = new Random(20_26);
        Path file = temp.resolve("damaged.onnx");
        Path external = Files.copy(
                TestData.path("onnx-exports/timm-sdpa/ts17_external.onnx.data"),
                temp.resolve("ts17_external.onnx.data"));
        assertThat(external).exists();
        byte[] small = Files.readAllBytes(TestData.path("onnx-exports/timm-sdpa/ts17_external.onnx"));
        byte[] fused = Files.readAllBytes(TestData.path("onnx-exports/hf-legacy/ts17_fused_fp16.onnx"));
        int refused = 0;
        int rounds = 300;
        for (int round = 0; round < rounds; round++) {
            boolean first = round % 4 != 0;
            byte[] bytes = (first ? small : fused).clone();
            int damages = 1 + random.nextInt(8);
            for (int i = 0; i < damages; i++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            Files.write(file, random.nextInt(10) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes);
            try {
                Baker.bake(Bakes.request(
                                file, TestData.path(first ? "timm-vit-tiny" : "hf-vit-tiny"), Bakes.deltas(), out())
                        .toBuilder()
                        .optVerify(false)
                        .optForce(true)
                        .build());
            } catch (InputException e) {
                assertThat(e.getMessage()).doesNotContain("\n");
                refused++;
            }
        }
        assertThat(refused).isBetween(1, rounds - 1);
    }

    private Path out() {
        return temp.resolve("out.onnx");
    }

    private static Merged single(String layer, int rows, int columns) {
        return Bakes.merged(new TreeMap<>(Map.of(layer, Matrix.zeros(rows, columns))));
    }

    private static ModelProto external(String location, String offset, String length) {
        ModelProto.Builder model = OnnxFiles.read(TS17).toBuilder();
        var graph = model.getGraphBuilder();
        for (int i = 0; i < graph.getInitializerCount(); i++) {
            if (graph.getInitializer(i).getName().equals("onnx::MatMul_461")) {
                TensorProto.Builder tensor = graph.getInitializerBuilder(i)
                        .clearRawData()
                        .setDataLocation(TensorProto.DataLocation.EXTERNAL);
                entry(tensor, "location", location);
                entry(tensor, "offset", offset);
                entry(tensor, "length", length);
            }
        }
        return model.build();
    }

    private static void entry(TensorProto.Builder tensor, String key, String value) {
        tensor.addExternalData(StringStringEntryProto.newBuilder().setKey(key).setValue(value));
    }

    private Path edited(Consumer<ModelProto.Builder> edit) throws IOException {
        ModelProto.Builder model = OnnxFiles.read(TS17).toBuilder();
        edit.accept(model);
        Path file = temp.resolve("edited.onnx");
        OnnxFiles.write(model.build(), file);
        return file;
    }
}
