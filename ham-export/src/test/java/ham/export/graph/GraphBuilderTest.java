package ham.export.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.export.proto.GraphProto;
import ham.export.proto.TensorProto;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;

class GraphBuilderTest {

    private final GraphBuilder graph = new GraphBuilder("test");
    private final Operators operators = new Operators(graph);
    private final Value x = graph.input(ValueInfos.floats("x", "batch", 3));

    @Test
    void takenNodeNamesGetANumber() {
        assertThat(operators.relu("y", x).name()).isEqualTo("y");
        assertThat(operators.relu("y", x).name()).isEqualTo("y_1");
        assertThat(operators.relu("x", x).name()).isEqualTo("x_1");
        assertThat(graph.build().getNodeList())
                .extracting(node -> node.getOutput(0))
                .containsExactly("y", "y_1", "x_1");
    }

    @Test
    void initializerNamesAreKeptOrRefused() {
        operators.scalar("one", 1);
        assertThatThrownBy(() -> operators.scalar("one", 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'one'");
        assertThatThrownBy(() -> operators.scalar("", 2)).hasMessageContaining("empty");
    }

    @Test
    void initializersAreLittleEndianRowMajor() {
        graph.initializer("w", List.of(2L, 2L), new float[] {1, -2, 3, 0.5f});
        graph.initializer("shape", List.of(2L), new long[] {-1, 7});
        GraphProto built = graph.build();
        TensorProto floats = built.getInitializer(0);
        assertThat(floats.getDimsList()).containsExactly(2L, 2L);
        assertThat(floats.getDataType()).isEqualTo(TensorProto.DataType.FLOAT_VALUE);
        assertThat(floats.getRawData().substring(4, 8).toByteArray()).containsExactly(0, 0, 0, 0xC0);
        TensorProto longs = built.getInitializer(1);
        assertThat(longs.getDataType()).isEqualTo(TensorProto.DataType.INT64_VALUE);
        assertThat(longs.getRawData()
                        .asReadOnlyByteBuffer()
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .getLong(8))
                .isEqualTo(7);
    }

    @Test
    void shapeAndValuesMustAgree() {
        assertThatThrownBy(() -> graph.initializer("w", List.of(2L, 3L), new float[5]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("w", "[2, 3]", "6 values", "found 5");
    }

    @Test
    void nodesReadOnlyWhatStandsBeforeThem() {
        assertThatThrownBy(() -> operators.relu("y", new Value("later")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("node y", "later");
        assertThatThrownBy(() -> graph.output(ValueInfos.floats("z", "batch")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("z");
    }

    @Test
    void aritiesAreChecked() {
        assertThatThrownBy(() -> graph.node(Operator.ADD, "sum", List.of(x)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("node sum: Add takes 2 inputs, found 1");
        assertThatThrownBy(() -> graph.node(Operator.GEMM, "g", List.of(x, x, x, x)))
                .hasMessageContaining("takes 2 to 3 inputs, found 4");
        assertThatThrownBy(() -> graph.node(Operator.CONCAT, "c", List.of(), Attributes.integer("axis", 0)))
                .hasMessageContaining("takes 1 or more inputs, found 0");
        assertThat(graph.build().getNodeCount()).isZero();
    }

    @Test
    void attributesAreChecked() {
        assertThatThrownBy(() -> graph.node(Operator.TRANSPOSE, "t", List.of(x)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("node t: Transpose needs the attribute perm");
        assertThatThrownBy(() -> graph.node(Operator.SOFTMAX, "s", List.of(x), Attributes.decimal("axis", 1)))
                .hasMessageContaining("expects attribute axis to be INT, found FLOAT");
        assertThatThrownBy(() -> graph.node(Operator.RELU, "r", List.of(x), Attributes.integer("alpha", 1)))
                .hasMessageContaining("expects attribute alpha to be absent");
        assertThatThrownBy(() -> graph.node(
                        Operator.SOFTMAX,
                        "s",
                        List.of(x),
                        Attributes.integer("axis", 1),
                        Attributes.integer("axis", 0)))
                .hasMessageContaining("given twice");
    }
}
