package ham.export.bake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.export.SampleModel;
import ham.export.bake.read.HalfTensors;
import ham.merge.InputException;
import ham.merge.folder.Merged;
import ham.merge.safetensors.SafetensorsFile;
import ham.merge.safetensors.SafetensorsWriter;
import ham.merge.tensor.Matrix;
import ham.runtime.model.OnnxModel;
import ham.runtime.tensor.Tensor;
import ham.testing.TestData;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** How the tests bake, and what they expect of a refusal. */
final class Bakes {

    private Bakes() {}

    /** The weights of a checkpoint without its classifier's, as a file in that folder. */
    static Path withoutClassifier(Path checkpoint, Path folder) {
        SafetensorsFile whole = SafetensorsFile.open(checkpoint.resolve("model.safetensors"));
        SafetensorsWriter bare = new SafetensorsWriter();
        whole.names().stream()
                .filter(name -> !name.startsWith("classifier"))
                .forEach(name -> bare.add(name, whole.info(name).shape(), whole.floats(name)));
        Path weights = folder.resolve("bare.safetensors");
        bare.write(weights);
        return weights;
    }

    /** The first reference merge: eight deltas. */
    static Merged deltas() {
        return Merged.read(TestData.path("ham-reference/peft6.default.merged.safetensors"));
    }

    static Merged merged(SortedMap<String, Matrix> deltas) {
        return new Merged(
                deltas, new TreeMap<>(), new TreeMap<>(), Optional.empty(), Optional.empty(), new TreeMap<>());
    }

    static BakeRequest request(String graph, String base, Merged merged, Path output) {
        return request(
                TestData.path("onnx-exports/" + graph + ".onnx"), TestData.path(base + "-vit-tiny"), merged, output);
    }

    static BakeRequest request(Path graph, Path weights, Merged merged, Path output) {
        BakeRequest.Builder request = BakeRequest.builder()
                .setModel(graph)
                .setMerged(merged)
                .setVersion("test")
                .setOutput(output)
                .setSettings(SampleModel.SETTINGS);
        Optional.ofNullable(weights).ifPresent(request::optWeights);
        return request.build();
    }

    /** One sentence that has the parts, and no output. */
    static void refused(BakeRequest request, String... parts) {
        boolean existed = Files.exists(request.output());
        assertThatThrownBy(() -> Baker.bake(request))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll(parts)
                .message()
                .doesNotContain("\n");
        assertThat(Files.exists(request.output())).isEqualTo(existed);
    }

    /** Logits [8, classes] of the model folder's images. */
    static float[] logits(Path model, String base) {
        SafetensorsFile inputs = SafetensorsFile.open(TestData.path(base + "-vit-tiny/inputs.safetensors"));
        float[] images = inputs.floats(inputs.names().first());
        try (OnnxModel session = OnnxModel.open(model, SampleModel.SETTINGS)) {
            boolean half = session.inputs().get(0).dtype().equals("float16");
            Tensor input = half ? HalfTensors.of(images, 8, 3, 32, 32) : Tensor.of(images, 8, 3, 32, 32);
            return session.run(Map.of(session.inputs().get(0).name(), input))
                    .values()
                    .iterator()
                    .next()
                    .floats();
        }
    }

    /** Equal within a fraction of the expected range. */
    static void assertClose(float[] found, float[] expected, float tolerance) {
        float least = Float.POSITIVE_INFINITY;
        float most = Float.NEGATIVE_INFINITY;
        for (float value : expected) {
            least = Math.min(least, value);
            most = Math.max(most, value);
        }
        assertThat(found).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            assertThat(Math.abs(found[i] - expected[i]))
                    .as("logit " + i)
                    .isLessThanOrEqualTo(tolerance * (most - least));
        }
    }
}
