package ham.runtime.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.common.Sha256;
import ham.runtime.ModelException;
import ham.testing.TestData;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelHashTest {
    @TempDir
    private Path folder;

    /** A message or text as a field of another message. */
    private static byte[] field(int number, byte[]... parts) {
        ByteArrayOutputStream inner = new ByteArrayOutputStream();
        Arrays.stream(parts).forEach(inner::writeBytes);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        varint(out, (number << 3) | 2);
        varint(out, inner.size());
        out.writeBytes(inner.toByteArray());
        return out.toByteArray();
    }

    private static void varint(ByteArrayOutputStream out, int number) {
        int rest = number;
        for (; rest > 127; rest >>>= 7) {
            out.write((rest & 127) | 128);
        }
        out.write(rest);
    }

    private static byte[] text(int number, String text) {
        return field(number, text.getBytes(StandardCharsets.UTF_8));
    }

    /** The fields of a TensorProto whose data lie elsewhere. */
    private static byte[][] external(String location) {
        return new byte[][] {
            text(8, "weight"),
            field(13, text(1, "location"), text(2, location)),
            field(13, text(1, "offset"), text(2, "4096"))
        };
    }

    @Test
    void aModelInOneFileHasTheHashOfTheFile() {
        assertThat(ModelHash.of(TestData.path("onnx/colors.onnx")))
                .isEqualTo(Sha256.of(TestData.bytes("onnx/colors.onnx")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"onnx-exports/hf-sdpa/dynamo_external", "onnx-exports/timm-sdpa/ts17_external"})
    void weightsThatLieElsewhereCount(String name) throws IOException {
        Path onnx = Files.copy(TestData.path(name + ".onnx"), folder.resolve("model.onnx"));
        Path from = TestData.path(name + ".onnx.data");
        Path data = Files.copy(from, folder.resolve(from.getFileName()));
        assertThat(ExternalData.locations("m", ByteBuffer.wrap(Files.readAllBytes(onnx))))
                .containsExactly(from.getFileName().toString());
        String before = ModelHash.of(onnx);
        assertThat(before).isEqualTo(ModelHash.of(TestData.path(name + ".onnx")));

        byte[] bytes = Files.readAllBytes(data);
        bytes[bytes.length - 1] ^= 1;
        Files.write(data, bytes);
        assertThat(ModelHash.of(onnx)).isNotEqualTo(before);

        Files.delete(data);
        assertThatThrownBy(() -> ModelHash.of(onnx))
                .isInstanceOf(ModelException.class)
                .hasMessageContainingAll(
                        "model.onnx", "external data", from.getFileName().toString());
    }

    @Test
    void everyPlaceOfATensorIsLookedAt() {
        byte[] branch = field(6, field(5, external("branch")));
        byte[] model = field(
                7,
                field(5, external("base.data")),
                field(5, external("base.data")),
                field(15, field(1, external("values")), field(2, external("indices"))),
                field(1, text(4, "If"), field(5, branch)),
                field(1, field(5, field(5, external("constant")))),
                field(1, field(5, field(10, external("list")))));
        byte[] function = field(25, field(7, field(5, field(5, external("function")))));
        byte[] all = Arrays.copyOf(model, model.length + function.length);
        System.arraycopy(function, 0, all, model.length, function.length);

        assertThat(ExternalData.locations("m", ByteBuffer.wrap(all)))
                .containsExactly("base.data", "branch", "constant", "function", "indices", "list", "values");
    }

    @Test
    void aModelThatIsCutOffIsRefused() throws IOException {
        byte[] whole = TestData.bytes("onnx/colors.onnx");
        Path cut = Files.write(folder.resolve("cut.onnx"), Arrays.copyOf(whole, whole.length - 3));
        assertThatThrownBy(() -> ModelHash.of(cut))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("cut.onnx: expected an ONNX model, found that it is broken or cut off");
    }
}
