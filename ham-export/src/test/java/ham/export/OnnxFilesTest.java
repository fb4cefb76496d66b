package ham.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import ham.export.graph.GraphBuilder;
import ham.export.graph.Operators;
import ham.export.graph.ValueInfos;
import ham.export.proto.ModelProto;
import ham.export.proto.NodeProto;
import ham.export.proto.OperatorSetIdProto;
import ham.export.proto.StringStringEntryProto;
import ham.export.proto.TensorProto;
import ham.export.proto.TensorProto.DataLocation;
import ham.export.proto.TensorProto.DataType;
import ham.merge.InputException;
import ham.testing.TestData;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxFilesTest {

    @TempDir
    private Path folder;

    @Test
    void readingAndWritingAgainLosesNothing() throws IOException {
        UnknownFieldSet.Field future = UnknownFieldSet.Field.newBuilder()
                .addLengthDelimited(ByteString.copyFromUtf8("from a later version"))
                .build();
        ModelProto.Builder model = model();
        model.getGraphBuilder()
                .setUnknownFields(
                        UnknownFieldSet.newBuilder().addField(1000, future).build());
        model.setDomain(""); // present though empty
        Path first = folder.resolve("first.onnx");
        Path second = folder.resolve("second.onnx");
        OnnxFiles.write(model.build(), first);
        OnnxFiles.write(OnnxFiles.read(first), second);
        assertThat(second).hasSameBinaryContentAs(first);
        assertThat(OnnxFiles.read(second).hasDomain()).isTrue();
    }

    @Test
    void everyTruncationIsOneClearSentence() throws IOException {
        byte[] whole = model().build().toByteArray();
        Path file = folder.resolve("cut.onnx");
        for (int length = 0; length < whole.length - 1; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            readableOrRefused(file, length);
        }
        Files.write(file, Arrays.copyOf(whole, whole.length / 2));
        assertThatThrownBy(() -> OnnxSummary.of(file))
                .isInstanceOf(InputException.class)
                .hasMessage(file + ": expected an ONNX model, found a truncated file or another format");
    }

    @Test
    void damagedFilesNeverEndInAnotherException() throws IOException {
        byte[] whole = model().build().toByteArray();
        Path file = folder.resolve("damaged.onnx");
        Random random = new Random(1);
        for (int attempt = 0; attempt < 500; attempt++) {
            byte[] damaged = whole.clone();
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            Files.write(file, damaged);
            readableOrRefused(file, attempt);
        }
    }

    @Test
    void otherFilesAreRefused() throws IOException {
        refused("", "found a file of 0 bytes without IR version and graph");
        refused("This is no model at all.\n", "expected an ONNX model, found");
        refused("{\"a\": 1}", "expected an ONNX model, found");
        assertThatThrownBy(() -> OnnxFiles.read(TestData.path("hf-vit-tiny/model.safetensors")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("expected an ONNX model");
        assertThatThrownBy(() -> OnnxFiles.read(folder))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("found a folder");
        assertThatThrownBy(() -> OnnxFiles.read(folder.resolve("none.onnx")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("found no such file");
    }

    @Test
    void theSummaryCountsWhatIsThere() throws IOException {
        ModelProto.Builder model = model().setProducerName("maker")
                .setProducerVersion("3")
                .addOpsetImport(OperatorSetIdProto.newBuilder()
                        .setDomain("com.microsoft")
                        .setVersion(1))
                .addMetadataProps(
                        StringStringEntryProto.newBuilder().setKey("k").setValue("v"));
        model.getGraphBuilder()
                .addInput(ValueInfos.floats("one", "n")) // an initializer that older files list as input
                .addNode(NodeProto.newBuilder().setOpType("Gelu").setDomain("com.microsoft"))
                .addInitializer(TensorProto.newBuilder()
                        .setName("elsewhere")
                        .setDataType(DataType.INT8_VALUE)
                        .setDataLocation(DataLocation.EXTERNAL));
        model.getGraphBuilder()
                .getOutputBuilder(0)
                .getTypeBuilder()
                .getTensorTypeBuilder()
                .setElemType(99)
                .getShapeBuilder()
                .addDimBuilder();
        Path file = folder.resolve("m.onnx");
        OnnxFiles.write(model.build(), file);
        OnnxSummary summary = OnnxSummary.of(file);
        assertThat(summary.irVersion()).isEqualTo(8);
        assertThat(summary.opsets()).containsExactly(Map.entry("ai.onnx", 17L), Map.entry("com.microsoft", 1L));
        assertThat(summary.producer()).isEqualTo("maker 3");
        assertThat(summary.inputs()).extracting(OnnxSummary.Tensor::name).containsExactly("x");
        assertThat(summary.outputs().get(0).dtype()).isEqualTo("type 99");
        assertThat(summary.outputs().get(0).shape()).containsExactly("batch", "3", "?");
        assertThat(summary.nodes()).isEqualTo(2);
        assertThat(summary.operators()).containsExactly(Map.entry("Add", 1), Map.entry("com.microsoft.Gelu", 1));
        assertThat(summary.initializers()).isEqualTo(2);
        assertThat(summary.externalInitializers()).isEqualTo(1);
        assertThat(summary.initializerBytes()).isEqualTo(4);
        assertThat(summary.dtypes()).containsExactly(Map.entry("float", 1), Map.entry("int8", 1));
        assertThat(summary.metadata()).containsExactly(Map.entry("k", "v"));
    }

    /** A truncated or damaged file may by chance still be a model; anything else must be refused in the one way. */
    private static void readableOrRefused(Path file, int attempt) {
        try {
            assertThat(OnnxSummary.of(file)).isNotNull();
        } catch (InputException e) {
            assertThat(e).hasMessageStartingWith(file + ": expected an ONNX model");
        } catch (RuntimeException e) {
            fail("attempt " + attempt, e);
        }
    }

    private void refused(String content, String message) throws IOException {
        Path file = folder.resolve("other.onnx");
        Files.write(file, content.getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> OnnxFiles.read(file))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(message);
    }

    /** x + 1: x [batch, 3]. */
    private static ModelProto.Builder model() {
        GraphBuilder graph = new GraphBuilder("test");
        Operators operators = new Operators(graph);
        operators.add("y", graph.input(ValueInfos.floats("x", "batch", 3)), operators.scalar("one", 1));
        graph.output(ValueInfos.floats("y", "batch", 3));
        return ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(17))
                .setGraph(graph.build());
    }
}
