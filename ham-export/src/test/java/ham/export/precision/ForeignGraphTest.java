package ham.export.precision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ham.export.ModelVariant;
import ham.export.OnnxFiles;
import ham.export.OnnxSummary;
import ham.export.SampleModel;
import ham.export.graph.Attributes;
import ham.export.graph.OperatorSets;
import ham.export.graph.ValueInfos;
import ham.export.proto.AttributeProto;
import ham.export.proto.GraphProto;
import ham.export.proto.NodeProto;
import ham.export.proto.TensorProto;
import ham.export.proto.TensorProto.DataType;
import ham.merge.InputException;
import ham.testing.TestData;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Graphs that ham did not build, in the formats that it tries when it tunes them. */
class ForeignGraphTest {
    private static final NumberFormat INT8 = NumberFormat.of(Precision.INT8, Flavor.STANDARD);
    private static final NumberFormat FUSED = NumberFormat.of(Precision.FP32, Flavor.ORT);
    private static final int SIZE = 4;

    @TempDir
    private Path folder;

    private final Random random = new Random(1);

    /** 24 linear layers of four blocks are MatMul with a constant, and the only Gemm is the classifier. */
    @Test
    void theClassifierStaysAndTheLayersOfTheBlocksChange() throws IOException {
        Path model = TestData.path("onnx-exports/hf-sdpa/ts17.onnx");
        Path int8 = folder.resolve("int8.onnx");
        assertThat(ModelVariant.write(model, INT8, 0, int8)).isTrue();
        assertThat(OnnxSummary.of(int8).operators())
                .containsEntry("Gemm", 1)
                .containsEntry("MatMulInteger", 24)
                .containsEntry("MatMul", 8);
        float[] images = SampleModel.tinyInputs().pixelValues();
        float[] plain = SampleModel.run(model, images, 8, 3, 32, 32);
        float[] found = SampleModel.run(int8, images, 8, 3, 32, 32);
        double range = DoubleStream.of(widened(plain)).max().orElseThrow()
                - DoubleStream.of(widened(plain)).min().orElseThrow();
        for (int i = 0; i < plain.length; i++) {
            assertThat(found[i]).isCloseTo(plain[i], within((float) (0.2 * range)));
        }
    }

    @Test
    void aGraphOfAClassifierAloneIsLeftAsItIs() {
        GraphProto graph = graph(node("Gemm", "y", List.of("x", "w"))).build();
        assertThatThrownBy(() -> write(graph, INT8))
                .isInstanceOf(InputException.class)
                .hasMessage(
                        "precision: expected for int8 a graph with Gemm or MatMul on constant float32 weights before"
                                + " the classifier, found none; keep it as it is");
    }

    /** The residual sum of an encoder follows from its input without any product, so no layer of it is a head; a pooler is. */
    @Test
    void anEncoderHasNoClassifier() {
        GraphProto graph = graph(
                        node("Gemm", "h", List.of("x", "w")),
                        node("Add", "sum", List.of("x", "h")),
                        node("Identity", "y", List.of("sum")))
                .build();
        assertThat(HeadNodes.of(graph)).isEmpty();
        GraphProto pooled = graph(
                        node("Gemm", "h", List.of("x", "w")),
                        node("Gemm", "p", List.of("h", "w")),
                        node("Tanh", "y", List.of("p")))
                .build();
        assertThat(HeadNodes.of(pooled)).containsExactly(pooled.getNode(1));
    }

    /** Weights [in, out] in float_data, with a factor. */
    @Test
    void aGemmOfAnyLayoutIsReadRight() throws IOException {
        GraphProto graph = graph(
                        node("Gemm", "h", List.of("x", "w", "b"), Attributes.decimal("alpha", 2)),
                        node("Relu", "r", List.of("h")),
                        node("Gemm", "y", List.of("r", "w")))
                .build();
        Path int8 = write(graph, INT8);
        assertThat(OnnxSummary.of(int8).operators())
                .containsEntry("MatMulInteger", 1)
                .containsEntry("Gemm", 1);
        assertSame(graph, int8, 0.05);
    }

    @Test
    void aGemmThatIsNoLinearLayerIsRefused() {
        for (AttributeProto unusual : List.of(Attributes.integer("transA", 1), Attributes.decimal("beta", 0.5f))) {
            GraphProto graph = graph(
                            node("Gemm", "h", List.of("x", "w", "b"), unusual), node("Gemm", "y", List.of("h", "w")))
                    .build();
            assertThatThrownBy(() -> write(graph, INT8))
                    .isInstanceOf(InputException.class)
                    .hasMessageStartingWith("Node h: expected for int8 a Gemm with")
                    .hasMessageContaining(unusual.getName());
        }
    }

    @Test
    void aConstantWithoutItsValuesIsRefused() {
        GraphProto.Builder graph = graph(node("Gemm", "h", List.of("x", "w")), node("Gemm", "y", List.of("h", "w")));
        graph.setInitializer(0, graph.getInitializer(0).toBuilder().clearFloatData());
        assertThatThrownBy(() -> write(graph.build(), INT8))
                .isInstanceOf(InputException.class)
                .hasMessage("Tensor w: expected 16 values for its shape [4, 4], found 0; is the file complete?");
    }

    @Test
    void aNormWithoutBiasAndEpsilonIsFused() throws IOException {
        GraphProto graph = graph(
                        node("Gemm", "h", List.of("x", "w")),
                        node("Add", "sum", List.of("h", "x")),
                        node("LayerNormalization", "y", List.of("sum", "b")))
                .build();
        Path fused = write(graph, FUSED);
        assertThat(OnnxSummary.of(fused).operators()).containsEntry("com.microsoft.SkipLayerNormalization", 1);
        assertSame(graph, fused, 1e-5);
    }

    @Test
    void aNormOfSeveralDimensionsStays() throws IOException {
        GraphProto graph = graph(
                        node("Gemm", "h", List.of("x", "w")),
                        node("Add", "sum", List.of("h", "x")),
                        node("LayerNormalization", "y", List.of("sum", "b"), Attributes.integer("axis", 1)))
                .build();
        assertThat(ModelVariant.write(plain(graph), FUSED, 0, folder.resolve("fused.onnx")))
                .isFalse();
    }

    private void assertSame(GraphProto graph, Path other, double bound) throws IOException {
        float[] x = new float[8 * SIZE];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextGaussian();
        }
        float[] wanted = SampleModel.run(plain(graph), x, 8, SIZE);
        float[] found = SampleModel.run(other, x, 8, SIZE);
        double largest = DoubleStream.of(widened(wanted)).map(Math::abs).max().orElseThrow();
        for (int i = 0; i < wanted.length; i++) {
            assertThat((double) found[i]).isCloseTo(wanted[i], within(bound * largest));
        }
    }

    private static double[] widened(float[] values) {
        double[] all = new double[values.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = values[i];
        }
        return all;
    }

    private Path plain(GraphProto graph) throws IOException {
        Path file = folder.resolve("plain.onnx");
        OnnxFiles.write(OperatorSets.model(graph).build(), file);
        return file;
    }

    private Path write(GraphProto graph, NumberFormat format) throws IOException {
        Path file = folder.resolve("other.onnx");
        assertThat(ModelVariant.write(plain(graph), format, 0, file)).isTrue();
        return file;
    }

    /** From x [batch, 4] to y [batch, 4], with the constants w [4, 4] and b [4]. */
    private GraphProto.Builder graph(NodeProto... nodes) {
        GraphProto.Builder graph = GraphProto.newBuilder()
                .setName("foreign")
                .addInput(ValueInfos.floats("x", "batch", SIZE))
                .addOutput(ValueInfos.floats("y", "batch", SIZE));
        List.of(nodes).forEach(graph::addNode);
        return graph.addInitializer(constant("w", SIZE, SIZE)).addInitializer(constant("b", SIZE));
    }

    private TensorProto constant(String name, long... shape) {
        TensorProto.Builder tensor = TensorProto.newBuilder().setName(name).setDataType(DataType.FLOAT.getNumber());
        int count = 1;
        for (long size : shape) {
            tensor.addDims(size);
            count *= (int) size;
        }
        for (int i = 0; i < count; i++) {
            tensor.addFloatData((float) random.nextGaussian());
        }
        return tensor.build();
    }

    private static NodeProto node(String operator, String name, List<String> inputs, AttributeProto... attributes) {
        return NodeProto.newBuilder()
                .setOpType(operator)
                .setName(name)
                .addAllInput(inputs)
                .addOutput(name)
                .addAllAttribute(List.of(attributes))
                .build();
    }
}
