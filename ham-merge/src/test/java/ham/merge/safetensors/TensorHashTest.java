package ham.merge.safetensors;

import static org.assertj.core.api.Assertions.assertThat;

import ham.merge.RawTensors;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TensorHashTest {
    @TempDir
    private Path folder;

    private static RawTensors tensors() {
        return new RawTensors()
                .add("b", List.of(2L, 1L), 1, 2)
                .add("a", "F16", List.of(2L), RawTensors.words(0x3c00, 0x4000))
                .metadata("format", "pt");
    }

    private String hash(RawTensors tensors) {
        return TensorHash.sha256(SafetensorsFile.open(tensors.write(folder.resolve("x.safetensors"))));
    }

    @Test
    void isTheSha256OfNameDtypeShapeAndBytesInNameOrder() throws NoSuchAlgorithmException {
        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        expected.writeBytes("a\0F16\0[2]\0".getBytes(StandardCharsets.UTF_8));
        expected.writeBytes(RawTensors.words(0x3c00, 0x4000));
        expected.writeBytes("b\0F32\0[2, 1]\0".getBytes(StandardCharsets.UTF_8));
        expected.writeBytes(RawTensors.float32(1, 2));
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(expected.toByteArray());
        assertThat(hash(tensors())).isEqualTo(HexFormat.of().formatHex(digest));
    }

    @Test
    void orderAndMetadataDoNotMatter() {
        assertThat(hash(tensors().reversed())).isEqualTo(hash(tensors()));
        assertThat(hash(tensors().metadata("more", "text"))).isEqualTo(hash(tensors()));
    }

    static Stream<UnaryOperator<RawTensors>> changes() {
        return Stream.of(
                each -> each.renamed(name -> name.replace('a', 'c')),
                each -> each.add("a", "BF16", List.of(2L), RawTensors.words(0x3c00, 0x4000)),
                each -> each.add("a", "F16", List.of(1L, 2L), RawTensors.words(0x3c00, 0x4000)),
                each -> each.add("a", "F16", List.of(2L), RawTensors.words(0x3c00, 0x4001)),
                each -> each.add("c", List.of(0L)),
                each -> each.remove("a"));
    }

    @ParameterizedTest
    @MethodSource("changes")
    void nameDtypeShapeBytesAndEveryTensorMatter(UnaryOperator<RawTensors> change) {
        assertThat(hash(change.apply(tensors()))).isNotEqualTo(hash(tensors())).hasSize(64);
    }
}
