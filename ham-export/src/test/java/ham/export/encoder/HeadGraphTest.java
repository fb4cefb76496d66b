package ham.export.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ham.export.OnnxFiles;
import ham.export.SampleModel;
import ham.export.check.ModelChecker;
import ham.export.graph.GraphBuilder;
import ham.export.graph.Value;
import ham.export.graph.ValueInfos;
import ham.export.proto.ModelProto;
import ham.export.proto.OperatorSetIdProto;
import ham.merge.head.AnalyticHead;
import ham.merge.head.Head;
import ham.merge.head.LinearHead;
import ham.merge.head.PrototypeHead;
import ham.merge.tensor.Matrix;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each head's graph against its plain control. */
class HeadGraphTest {

    private static final int WIDTH = 12;

    private final Random random = new Random(7);

    @TempDir
    private Path folder;

    @Test
    void linear() throws IOException {
        assertMatchesControl(new LinearHead(matrix(5, WIDTH), matrix(1, 5).data()), matrix(9, WIDTH));
    }

    @Test
    void prototype() throws IOException {
        assertMatchesControl(new PrototypeHead(matrix(5, WIDTH)), matrix(9, WIDTH));
    }

    @Test
    void analytic() throws IOException {
        assertMatchesControl(new AnalyticHead(matrix(WIDTH, 40), matrix(5, 40)), matrix(9, WIDTH));
    }

    @Test
    void oneClass() throws IOException {
        assertMatchesControl(new PrototypeHead(matrix(1, WIDTH)), matrix(2, WIDTH));
    }

    @Test
    void zeroFeaturesAndZeroPrototypesHaveTheCosineZero() throws IOException {
        Matrix prototypes = matrix(3, WIDTH);
        Arrays.fill(prototypes.data(), WIDTH, 2 * WIDTH, 0);
        Matrix features = matrix(4, WIDTH);
        Arrays.fill(features.data(), 0, WIDTH, 0);
        float[] logits = assertMatchesControl(new PrototypeHead(prototypes), features);
        assertThat(Arrays.copyOf(logits, 3)).containsOnly(0);
        assertThat(logits[4]).isZero();
        assertThat(logits[3]).isNotZero();
    }

    @Test
    void theCosineDoesNotDependOnTheLengthOfTheFeatures() throws IOException {
        Matrix features = matrix(1, WIDTH);
        float[] data = Arrays.copyOf(features.data(), 3 * WIDTH);
        for (int i = 0; i < WIDTH; i++) {
            data[WIDTH + i] = data[i] * 1e-6f;
            data[2 * WIDTH + i] = data[i] * 1e6f;
        }
        float[] logits = assertMatchesControl(new PrototypeHead(matrix(2, WIDTH)), new Matrix(3, WIDTH, data));
        assertThat(logits[2]).isCloseTo(logits[0], within(1e-5f));
        assertThat(logits[4]).isCloseTo(logits[0], within(1e-5f));
    }

    private float[] assertMatchesControl(Head head, Matrix features) throws IOException {
        GraphBuilder graph = new GraphBuilder("head");
        Value input = graph.input(ValueInfos.floats("features", "batch", WIDTH));
        new HeadGraph(graph).add(head, input);
        ModelProto model = ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(17))
                .setGraph(graph.build())
                .build();
        ModelChecker.requireValidBuilt("head", model);
        Path file = folder.resolve("head.onnx");
        OnnxFiles.write(model, file);
        float[] found = SampleModel.run(file, features.data(), features.rows(), WIDTH);
        float[] expected = head.logits(features.data());
        assertThat(found).hasSize(features.rows() * head.classes());
        for (int i = 0; i < found.length; i++) {
            assertThat(found[i]).as("logit %d", i).isCloseTo(expected[i], within(1e-5f * (1 + Math.abs(expected[i]))));
        }
        return found;
    }

    private Matrix matrix(int rows, int columns) {
        Matrix matrix = Matrix.zeros(rows, columns);
        for (int i = 0; i < matrix.data().length; i++) {
            matrix.data()[i] = (float) random.nextGaussian();
        }
        return matrix;
    }
}
