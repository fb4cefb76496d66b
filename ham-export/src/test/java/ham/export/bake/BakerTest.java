package ham.export.bake;

import static org.assertj.core.api.Assertions.assertThat;

import ham.export.ExportResult;
import ham.export.MatchedLayer;
import ham.export.TestData;
import ham.merge.folder.Merged;
import ham.merge.safetensors.SafetensorsFile;
import ham.runtime.model.ElementType;
import ham.runtime.model.OnnxModel;
import ham.runtime.model.Tensor;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
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
        for (String expected : reference.names()) {
            if (!expected.startsWith(base + ".")) {
                continue;
            }
            Path merged = TestData.path("ham-reference/" + expected.substring(base.length() + 1) + ".safetensors");
            Path output = temp.resolve(expected + ".onnx");
            ExportResult result = Baker.bake(BakeRequest.of(
                    TestData.path("onnx-exports/" + graph + ".onnx"),
                    Optional.of(TestData.path(base + "-vit-tiny")),
                    Merged.read(merged),
                    "test",
                    output,
                    TestData.SETTINGS));
            assertThat(result.matched())
                    .hasSize(8)
                    .extracting(MatchedLayer::how)
                    .allMatch(how -> how.contains("content"));
            assertThat(result.parity().orElseThrow().passed()).isTrue();
            float[] want = reference.floats(expected);
            float[] found = run(output, TestData.floats(base + "-vit-tiny/inputs.safetensors", inputName(base)));
            float range = range(want);
            for (int i = 0; i < want.length; i++) {
                assertThat(Math.abs(found[i] - want[i])).as(expected + " " + i).isLessThanOrEqualTo(tolerance * range);
            }
        }
    }

    private static String inputName(String base) {
        return SafetensorsFile.open(TestData.path(base + "-vit-tiny/inputs.safetensors"))
                .names()
                .first();
    }

    private static float range(float[] values) {
        float least = Float.POSITIVE_INFINITY;
        float most = Float.NEGATIVE_INFINITY;
        for (float value : values) {
            least = Math.min(least, value);
            most = Math.max(most, value);
        }
        return most - least;
    }

    private static float[] run(Path model, float[] images) {
        try (OnnxModel session = OnnxModel.open(model, TestData.SETTINGS)) {
            String name = session.inputs().get(0).name();
            Tensor input = Tensor.of(images, 8, 3, 32, 32);
            if (session.inputs().get(0).dtype().equals("float16")) {
                input = Halves.of(images, 8, 3, 32, 32);
            }
            assertThat(input.type()).isIn(ElementType.FLOAT32, ElementType.FLOAT16);
            return session.run(Map.of(name, input)).values().iterator().next().floats();
        }
    }
}
