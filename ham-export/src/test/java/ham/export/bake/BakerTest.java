package ham.export.bake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.export.ExportResult;
import ham.export.MatchedLayer;
import ham.export.OnnxFiles;
import ham.export.SampleModel;
import ham.export.bake.base.LayerPlace;
import ham.export.bake.base.SafetensorsWeights;
import ham.export.bake.base.WeightBlock;
import ham.export.bake.match.Chooser;
import ham.export.bake.match.ContentSearch;
import ham.export.bake.match.Uses;
import ham.export.bake.read.ByteFile;
import ham.export.bake.read.ExternalFiles;
import ham.export.bake.read.ModelIndex;
import ham.export.bake.read.ModelReader;
import ham.export.bake.read.Range;
import ham.export.bake.read.TensorEntry;
import ham.export.graph.ValueInfos;
import ham.export.proto.GraphProto;
import ham.export.proto.ModelProto;
import ham.export.proto.NodeProto;
import ham.export.proto.TensorProto;
import ham.merge.folder.Merged;
import ham.merge.safetensors.SafetensorsFile;
import ham.runtime.model.OnnxModel;
import ham.runtime.tensor.Tensor;
import ham.testing.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Graphs of real exporters, with the logits that the exporters' own library computed for the merged model. */
class BakerTest {

    @TempDir
    private Path temp;

    @ParameterizedTest
    @CsvSource({
        "hf-sdpa/ts17, hf, 1e-3",
        "hf-sdpa/dynamo, hf, 1e-3",
        "hf-sdpa/dynamo_external, hf, 1e-3",
        "hf-sdpa/ts17_ortsaved, hf, 1e-3",
        "hf-sdpa/ts17_fp16, hf, 1e-2",
        "hf-legacy/ts17_fused, hf, 1e-3",
        "hf-legacy/ts17_fused_fp16, hf, 1e-2",
        "timm-sdpa/ts17, timm, 1e-3",
        "timm-sdpa/dynamo, timm, 1e-3",
        "timm-sdpa/ts17_external, timm, 1e-3",
        "timm-sdpa/ts17_fused, timm, 1e-3",
        "timm-sdpa/ts17_fp16_keepio, timm, 1e-2",
    })
    void everyGraphGivesTheReferenceLogits(String graph, String base, float tolerance) {
        SafetensorsFile reference = SafetensorsFile.open(TestData.path("ham-reference/baked_logits.safetensors"));
        List<String> cases = reference.names().stream()
                .filter(name -> name.startsWith(base + "."))
                .toList();
        assertThat(cases).hasSizeGreaterThan(1);
        for (String expected : cases) {
            String merged = "ham-reference/" + expected.substring(base.length() + 1) + ".safetensors";
            Path output = temp.resolve(expected + ".onnx");
            boolean verify = expected.equals(cases.get(0));
            ExportResult result =
                    Baker.bake(Bakes.request(graph, base, Merged.read(TestData.path(merged)), output).toBuilder()
                            .optVerify(verify)
                            .build());
            assertThat(result.parity().isPresent()).isEqualTo(verify);
            assertThat(result.matched())
                    .hasSize(8)
                    .extracting(MatchedLayer::how)
                    .allMatch(how -> how.contains("equal content"));
            Bakes.assertClose(Bakes.logits(output, base), reference.floats(expected), tolerance);
        }
    }

    @Test
    void nothingButTheMatchedValuesChanges() throws IOException {
        for (String graph : List.of("hf-sdpa/ts17", "timm-sdpa/ts17_fp16_keepio", "hf-legacy/ts17_fused")) {
            String base = graph.startsWith("hf") ? "hf" : "timm";
            Path output = temp.resolve("out.onnx");
            ExportResult result = Baker.bake(Bakes.request(graph, base, Bakes.deltas(), output).toBuilder()
                    .optVerify(false)
                    .optForce(true)
                    .build());
            byte[] before = Files.readAllBytes(TestData.path("onnx-exports/" + graph + ".onnx"));
            byte[] after = Files.readAllBytes(output);
            List<String> changed =
                    result.matched().stream().map(MatchedLayer::initializer).toList();
            try (ByteFile file = ByteFile.open(output, "a model")) {
                ModelIndex model = ModelReader.read(file, new ExternalFiles(output));
                boolean[] free = new boolean[before.length];
                for (TensorEntry tensor : model.tensors()) {
                    if (changed.contains(tensor.name())) {
                        Range values = tensor.values().orElseThrow();
                        Arrays.fill(free, (int) values.start(), (int) values.end(), true);
                    }
                }
                List<Integer> different = new ArrayList<>();
                for (int i = 0; i < before.length; i++) {
                    if (!free[i] && before[i] != after[i]) {
                        different.add(i);
                    }
                }
                assertThat(different).as(graph).isEmpty();
                assertThat(model.metadata()).containsKey("ham.merged_sha256");
            }
        }
    }

    @Test
    void everySumIsRoundedOnce() {
        Merged merged = Bakes.deltas();
        for (String graph : List.of("hf-sdpa/dynamo", "hf-sdpa/ts17_fp16", "hf-legacy/ts17_fused_fp16")) {
            Path output = temp.resolve("out.onnx");
            Baker.bake(Bakes.request(graph, "hf", merged, output).toBuilder()
                    .optVerify(false)
                    .optForce(true)
                    .build());
            try (ByteFile file = ByteFile.open(output, "a model")) {
                ModelIndex model = ModelReader.read(file, new ExternalFiles(output));
                Chooser chooser = new Chooser(model, new Uses(model));
                ContentSearch search =
                        new ContentSearch(model, SafetensorsWeights.open(TestData.path("hf-vit-tiny")), chooser);
                merged.deltas().forEach((layer, delta) -> {
                    float[] sums = SampleModel.floats("hf-vit-tiny/model.safetensors", layer + ".weight");
                    for (int i = 0; i < sums.length; i++) {
                        sums[i] += delta.data()[i];
                    }
                    WeightBlock block =
                            new WeightBlock(layer, 0, delta.rows(), delta.columns(), LayerPlace.find(layer));
                    assertThat(search.places(block, sums))
                            .as(graph + " " + layer)
                            .hasSize(1);
                });
            }
        }
    }

    @Test
    void anInputIsNeverTouchedAndAnOutputOnlyWithForce() throws IOException {
        Path output = Files.writeString(temp.resolve("out.onnx"), "old");
        Bakes.refused(Bakes.request("hf-sdpa/ts17", "hf", Bakes.deltas(), output), "(force)");
        assertThat(output).hasContent("old");
    }

    @Test
    void externalDataStandsBesideTheOutputAndIsFoundThere() throws IOException {
        Path output = temp.resolve("deployed.onnx");
        Baker.bake(Bakes.request("timm-sdpa/ts17_external", "timm", Bakes.deltas(), output));
        try (var files = Files.list(temp)) {
            assertThat(files.map(Path::getFileName).map(Path::toString))
                    .containsExactlyInAnyOrder("deployed.onnx", "deployed.onnx.data");
        }
        assertThat(Files.size(temp.resolve("deployed.onnx.data")))
                .isEqualTo(Files.size(TestData.path("onnx-exports/timm-sdpa/ts17_external.onnx.data")));
    }

    @Test
    void anInputThatAnOutputWouldReplaceIsKept() throws IOException {
        Path model = temp.resolve("ts17_external.onnx");
        Path data = temp.resolve("ts17_external.onnx.data");
        Files.copy(TestData.path("onnx-exports/timm-sdpa/ts17_external.onnx"), model);
        Files.copy(TestData.path("onnx-exports/timm-sdpa/ts17_external.onnx.data"), data);
        Path weights = TestData.path("timm-vit-tiny");
        for (Path output : List.of(model, data)) {
            assertThatThrownBy(() -> Baker.bake(Bakes.request(model, weights, Bakes.deltas(), output).toBuilder()
                            .optForce(true)
                            .build()))
                    .hasMessageContaining("would be lost");
        }
        assertThat(data).hasSameBinaryContentAs(TestData.path("onnx-exports/timm-sdpa/ts17_external.onnx.data"));
    }

    /** Equal tensors stored once, or one within another: only the layer changes, and moves into the model. */
    @Test
    void aConstantThatSharesItsBytesWithAChangedOneStays() throws IOException {
        Path model = temp.resolve("shared.onnx");
        Files.copy(
                TestData.path("onnx-exports/timm-sdpa/ts17_external.onnx.data"),
                temp.resolve("ts17_external.onnx.data"));
        ModelProto.Builder shared =
                OnnxFiles.read(TestData.path("onnx-exports/timm-sdpa/ts17_external.onnx")).toBuilder();
        GraphProto.Builder graph = shared.getGraphBuilder();
        TensorProto layer = graph.getInitializerList().stream()
                .filter(each -> each.getName().equals("onnx::MatMul_416"))
                .findFirst()
                .orElseThrow();
        TensorProto.Builder row = layer.toBuilder().setName("row").clearDims().addDims(16);
        row.getExternalDataBuilderList().stream()
                .filter(entry -> entry.getKey().equals("length"))
                .forEach(entry -> entry.setValue("64"));
        graph.addInitializer(row)
                .addNode(NodeProto.newBuilder()
                        .setOpType("Identity")
                        .addInput("row")
                        .addOutput("read"))
                .addOutput(ValueInfos.of("read", TensorProto.DataType.FLOAT, List.of(ValueInfos.fixed(16))));
        OnnxFiles.write(shared.build(), model);
        Path output = temp.resolve("out.onnx");
        Path plain = temp.resolve("plain.onnx");

        Baker.bake(Bakes.request(model, TestData.path("timm-vit-tiny"), Bakes.deltas(), output).toBuilder()
                .optVerify(false)
                .build());
        Baker.bake(Bakes.request("timm-sdpa/ts17_external", "timm", Bakes.deltas(), plain));

        assertThat(read(output)).isEqualTo(read(model));
        Bakes.assertClose(Bakes.logits(output, "timm"), Bakes.logits(plain, "timm"), 1e-6f);
    }

    private static float[] read(Path model) {
        try (OnnxModel session = OnnxModel.open(model, SampleModel.SETTINGS)) {
            Tensor images = Tensor.of(new float[3 * 32 * 32], 1, 3, 32, 32);
            return session.run(Map.of(session.inputs().get(0).name(), images))
                    .get("read")
                    .floats();
        }
    }
}
