package ham.export.bake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ham.export.ExportResult;
import ham.export.OnnxFiles;
import ham.export.SampleModel;
import ham.export.bake.BakeRequest.HeadChoice;
import ham.export.form.FormChange;
import ham.export.form.FormCheck;
import ham.export.form.GraphForm;
import ham.export.form.GraphForm.Input;
import ham.export.form.GraphForm.Output;
import ham.export.proto.GraphProto;
import ham.export.proto.ModelProto;
import ham.export.proto.NodeProto;
import ham.merge.InputException;
import ham.merge.folder.Merged;
import ham.merge.head.LinearHead;
import ham.merge.head.NamedHead;
import ham.merge.safetensors.SafetensorsFile;
import ham.merge.tensor.Matrix;
import ham.runtime.classify.Classifier;
import ham.runtime.classify.Supplement;
import ham.runtime.image.RgbImage;
import ham.runtime.model.OnnxModel;
import ham.runtime.tensor.Tensor;
import ham.testing.TestData;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A graph with several outputs: the one that holds the logits is named. */
class NamedOutputTest {
    private static final Path BASE = TestData.path("hf-vit-tiny");

    @TempDir
    private Path temp;

    private Path two;

    /** A second classifier {@code aux} before the first: of the same features and the same weight. */
    @BeforeEach
    void graph() throws IOException {
        ModelProto.Builder model = OnnxFiles.read(TestData.path("onnx-exports/hf-sdpa/ts17.onnx")).toBuilder();
        GraphProto.Builder graph = model.getGraphBuilder();
        NodeProto classifier = graph.getNodeList().stream()
                .filter(node -> node.getOutputList().contains("logits"))
                .findFirst()
                .orElseThrow();
        graph.addNode(classifier.toBuilder().setName("second").setOutput(0, "raw"));
        graph.addNode(NodeProto.newBuilder().setOpType("Neg").addInput("raw").addOutput("aux"));
        graph.addOutput(0, graph.getOutput(0).toBuilder().setName("aux"));
        graph.setOutput(1, graph.getOutput(1).toBuilder().setName("classes"));
        graph.addNode(
                NodeProto.newBuilder().setOpType("Identity").addInput("logits").addOutput("classes"));
        two = temp.resolve("two.onnx");
        OnnxFiles.write(model.build(), two);
    }

    private static NamedHead head() {
        Matrix weight = Matrix.zeros(3, 64);
        Random random = new Random(3);
        for (int i = 0; i < weight.data().length; i++) {
            weight.data()[i] = (float) random.nextGaussian();
        }
        return new NamedHead(new LinearHead(weight, new float[] {0.5f, -1, 2}), List.of("a", "b", "c"));
    }

    private static float[] logits(Path model, String output) {
        SafetensorsFile inputs = SafetensorsFile.open(TestData.path("hf-vit-tiny/inputs.safetensors"));
        float[] images = inputs.floats(inputs.names().first());
        try (OnnxModel session = OnnxModel.open(model, SampleModel.SETTINGS)) {
            return session.run(Map.of(session.inputs().get(0).name(), Tensor.of(images, 8, 3, 32, 32)))
                    .get(output)
                    .floats();
        }
    }

    @Test
    void theClassifierOfTheNamedOutputIsReplacedAndTheOtherStays() {
        Merged merged = Bakes.deltas().withHead(head());
        Path output = temp.resolve("baked.onnx");
        BakeRequest request = Bakes.request(two, BASE, merged, output);
        Bakes.refused(request, "found several; name the output of the one to replace (logits), or keep", "head: keep");
        ExportResult result =
                Baker.bake(request.toBuilder().optLogits("classes").build());
        assertThat(result.parity().orElseThrow().passed()).isTrue();

        Path alone = temp.resolve("alone.onnx");
        Baker.bake(Bakes.request("hf-sdpa/ts17", "hf", merged, alone));
        Bakes.assertClose(logits(output, "classes"), logits(alone, "logits"), 1e-5f);
        Path kept = temp.resolve("kept.onnx");
        Baker.bake(Bakes.request(two, BASE, merged, kept).toBuilder()
                .optHead(HeadChoice.KEEP)
                .build());
        Bakes.assertClose(logits(output, "aux"), logits(kept, "aux"), 1e-5f);
    }

    @Test
    void theModelRemembersTheName() {
        Path output = temp.resolve("baked.onnx");
        Baker.bake(Bakes.request(two, BASE, Bakes.deltas(), output).toBuilder()
                .optLogits("classes")
                .build());
        RgbImage image = new RgbImage(32, 32, new byte[3 * 32 * 32]);
        Supplement named = new Supplement(Optional.empty(), Optional.empty(), Optional.empty(), Optional.of("classes"));
        try (Classifier told = Classifier.open(output, SampleModel.SETTINGS);
                Classifier given = Classifier.of(OnnxModel.open(output, SampleModel.SETTINGS), named)) {
            assertThat(told.classify(image, 10)).isEqualTo(given.classify(image, 10));
        }
    }

    @Test
    void noCheckpointNeedHaveTheClassifier() {
        Path weights = Bakes.withoutClassifier(BASE, temp);
        Merged merged = Bakes.deltas().withHead(head());
        Path output = temp.resolve("baked.onnx");
        Baker.bake(Bakes.request(TestData.path("onnx-exports/hf-sdpa/ts17.onnx"), weights, merged, output).toBuilder()
                .optLogits("logits")
                .build());
        Path alone = temp.resolve("alone.onnx");
        Baker.bake(Bakes.request("hf-sdpa/ts17", "hf", merged, alone));
        Bakes.assertClose(logits(output, "logits"), logits(alone, "logits"), 1e-5f);
    }

    @Test
    void aNameThatIsNotThereAndAnOutputOfNoClassifierAreRefused() {
        BakeRequest.Builder request =
                Bakes.request(two, BASE, Bakes.deltas().withHead(head()), temp.resolve("out.onnx")).toBuilder();
        Bakes.refused(
                request.optLogits("scores").build(),
                "logits: expected one of the outputs aux, classes of " + two + ", found 'scores'");
        Bakes.refused(
                request.optLogits("aux").build(),
                "a linear layer that makes the output 'aux', found Neg",
                "head: keep");
    }

    @Test
    void ofSeveralOutputsTheNamedOneIsMadeProbabilities() throws IOException {
        GraphForm form = new GraphForm(Input.FLOAT, Output.PROBABILITIES, 1, false);
        Path plain = temp.resolve("plain.onnx");
        Baker.bake(Bakes.request(two, BASE, Bakes.deltas(), plain));
        Path formed = temp.resolve("formed.onnx");
        assertThatThrownBy(() -> FormChange.write(plain, form, formed))
                .isInstanceOf(InputException.class)
                .hasMessageEndingWith("; name the output that holds the logits (logits)");
        assertThatThrownBy(() -> FormChange.write(plain, form, Optional.of("scores"), formed))
                .isInstanceOf(InputException.class)
                .hasMessage("logits: expected one of the outputs aux, classes of " + plain + ", found 'scores'");
        for (String name : List.of("aux", "classes")) {
            FormChange.write(plain, form, Optional.of(name), formed);
            float[] logits = logits(plain, name);
            float[] found = logits(formed, "probabilities");
            for (int row = 0; row < logits.length; row += 10) {
                double sum = 0;
                for (int i = row; i < row + 10; i++) {
                    sum += Math.exp(logits[i]);
                }
                for (int i = row; i < row + 10; i++) {
                    assertThat(found[i]).isCloseTo((float) (Math.exp(logits[i]) / sum), within(1e-5f));
                }
            }
            assertThat(FormCheck.possible(plain, Optional.of(name))).isTrue();
            assertThat(FormCheck.of(plain, formed, form, Optional.of(name), SampleModel.SETTINGS)
                            .passed())
                    .isTrue();
        }
    }
}
