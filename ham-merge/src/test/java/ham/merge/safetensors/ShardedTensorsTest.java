package ham.merge.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.InputException;
import ham.merge.RawTensors;
import ham.merge.ShardedCopy;
import ham.testing.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ShardedTensorsTest {
    private static final String FIRST = ShardedCopy.name(0, 2);
    private static final String SECOND = ShardedCopy.name(1, 2);

    @TempDir
    private Path folder;

    private Path index;

    /** a and c in the first shard, b in the second. */
    @BeforeEach
    void write() {
        new RawTensors()
                .add("a", List.of(2L, 1L), 1, 2)
                .add("b", "F16", List.of(2L), RawTensors.words(0x3c00, 0x4000))
                .add("c", "I64", List.of(), new byte[8])
                .write(folder.resolve("model.safetensors"));
        index = ShardedCopy.in(folder, 2);
    }

    @Test
    void isOneSetOfTensors() {
        ShardedTensors tensors = ShardedTensors.open(index);
        assertThat(tensors.path()).isEqualTo(index);
        assertThat(tensors.names()).containsExactly("a", "b", "c");
        assertThat(tensors.has("b")).isTrue();
        assertThat(tensors.has("d")).isFalse();
        assertThat(tensors.info("b").dtype()).isEqualTo(DType.F16);
        assertThat(tensors.floats("b")).containsExactly(1, 2);
        assertThat(tensors.matrix("a").get(1, 0)).isEqualTo(2);
        assertThat(tensors.bytes("c").remaining()).isEqualTo(8);
        assertThatThrownBy(() -> tensors.floats("d"))
                .isInstanceOf(InputException.class)
                .hasMessage(index + ": expected a tensor 'd', found none of that name");
        assertThatThrownBy(() -> tensors.floats("c")).hasMessageStartingWith(folder.resolve(FIRST) + ": tensor 'c'");
    }

    /** The law of the contract: re-sharding does not change a hash. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 20})
    void howTensorsAreDealtOutDoesNotChangeTheirHash(int count) throws IOException {
        Random random = new Random(count);
        RawTensors raw = new RawTensors();
        for (int i = 0; i < 20; i++) {
            byte[] bytes = new byte[random.nextInt(50)];
            random.nextBytes(bytes);
            raw.add("layer." + i, "U8", List.of((long) bytes.length), bytes);
        }
        Path other = Files.createDirectory(folder.resolve("other"));
        Path whole = raw.write(other.resolve("model.safetensors"));
        String expected = TensorHash.sha256(SafetensorsFile.open(whole));
        assertThat(TensorHash.sha256(ShardedTensors.open(ShardedCopy.in(other, count))))
                .isEqualTo(expected);
    }

    static Stream<Arguments> brokenIndices() {
        return Stream.of(
                arguments(change(json -> map(json).remove("c")), "expected every tensor of the shards to be listed"),
                arguments(change(json -> map(json).put("b", FIRST)), "tensor 'b': expected in the shard " + FIRST),
                arguments(
                        change(json -> map(json).put("d", SECOND)),
                        "tensor 'd': expected in the shard " + SECOND + ", found none of that name"),
                arguments(change(json -> map(json).put("b", 2)), "tensor 'b': expected the name of a shard, found 2"),
                arguments(change(json -> json.remove("weight_map")), "expected a weight_map"),
                arguments(change(json -> json.put("weight_map", "a")), "expected a weight_map"),
                arguments(change(json -> json.putObject("weight_map")), "expected a weight_map"),
                arguments(
                        change(json -> json.withObject("metadata").put("total_size", 21)),
                        "total_size: expected 20, the bytes of all tensors, found 21"),
                arguments(
                        change(json -> json.withObject("metadata").put("total_size", "20")),
                        "total_size: expected 20, the bytes of all tensors, found \"20\""));
    }

    private static ObjectNode map(ObjectNode json) {
        return json.withObject("weight_map");
    }

    private static Consumer<ObjectNode> change(Consumer<ObjectNode> change) {
        return change;
    }

    @ParameterizedTest
    @MethodSource("brokenIndices")
    void anIndexThatDisagreesWithItsShardsIsRefused(Consumer<ObjectNode> change, String message) {
        TestData.edit(index, change);
        refused(index, message);
    }

    @Test
    void theSizeMayBeLeftOut() {
        TestData.set(index, "metadata", "");
        assertThat(ShardedTensors.open(index).names()).hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"../b.safetensors", "/b.safetensors", "deep/b.safetensors", "..\\b", "..", ".", "", "c:b", "\0"})
    void aShardOutsideTheFolderIsRefused(String name) {
        TestData.edit(index, json -> map(json).put("b", name));
        refused(
                index,
                "expected shards in the folder of this index, found the shard name '" + name.replace("\0", "\\u0000")
                        + "'");
    }

    @Test
    void aTensorInTwoShardsIsRefused() {
        Path first = folder.resolve(FIRST);
        RawTensors.read(first)
                .add("b", "F16", List.of(2L), RawTensors.words(0, 0))
                .write(first);
        refused(index, "tensor 'b': expected in one shard, found in " + SECOND + " and in " + FIRST);
    }

    @Test
    void aMissingOrDamagedShardIsTold() throws IOException {
        Path second = folder.resolve(SECOND);
        byte[] bytes = Files.readAllBytes(second);
        Files.delete(second);
        refused(second, "expected a safetensors file, found no such file");
        Files.write(second, Arrays.copyOf(bytes, bytes.length - 1));
        refused(second, "truncated");
    }

    @Test
    void aBrokenIndexIsTold() throws IOException {
        Files.writeString(index, "{\"weight_map\": {\"a\": \"x\", \"a\": \"y\"}}");
        refused(index, "Duplicate");
        Files.writeString(index, "[]");
        refused(index, "expected the index of a sharded checkpoint, found no JSON object");
    }

    private void refused(Path file, String message) {
        assertThatThrownBy(() -> ShardedTensors.open(index))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(file + ": ")
                .hasMessageContaining(message);
    }
}
