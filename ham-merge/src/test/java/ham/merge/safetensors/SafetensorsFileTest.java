package ham.merge.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import ham.merge.InputException;
import ham.merge.RawTensors;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsFileTest {
    private static final String TENSOR = "{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}";

    /** Elements of a tensor that is read in three pieces. */
    private static final int LONG = 150_000;

    @TempDir
    private Path folder;

    /** Header, bytes of data, what the message says. */
    static Stream<Arguments> brokenHeaders() {
        return Stream.of(
                arguments("[1]", 0, "does not begin with '{'"),
                arguments(" {}", 0, "does not begin with '{'"),
                arguments("{\"a\":", 0, "broken JSON"),
                arguments("{}}", 0, "broken JSON"),
                arguments("{\"a\":" + TENSOR + ",\"a\":" + TENSOR + "}", 8, "Duplicate field 'a'"),
                arguments("{\"a\":7}", 0, "tensor 'a' has no dtype"),
                arguments("{\"a\":{\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "tensor 'a' has no dtype"),
                arguments(tensor("F8_E4M3", "[8]", "[0,8]"), 8, "\"F8_E4M3\", which ham does not read"),
                arguments(tensor("f32", "[2]", "[0,8]"), 8, "\"f32\", which ham does not read"),
                arguments("{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,8]}}", 8, "tensor 'a' has no shape"),
                arguments("{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}", 8, "tensor 'a' has no data_offsets"),
                arguments(tensor("F32", "[-2]", "[0,8]"), 8, "shape [-2]; expected whole numbers from 0"),
                arguments(tensor("F32", "[2.0]", "[0,8]"), 8, "shape [2.0]; expected whole numbers from 0"),
                arguments(tensor("F32", "[\"2\"]", "[0,8]"), 8, "expected whole numbers from 0"),
                arguments(tensor("F32", "[18446744073709551618]", "[0,8]"), 8, "expected whole numbers from 0"),
                arguments(tensor("F32", "[4294967296,4294967296]", "[0,8]"), 8, "size overflows"),
                arguments(tensor("F32", "[9223372036854775807]", "[0,8]"), 8, "size overflows"),
                arguments(tensor("F32", "[3]", "[0,8]"), 8, "needs 12 bytes, but its data_offsets hold 8"),
                arguments(tensor("F64", "[2]", "[0,8]"), 8, "needs 16 bytes, but its data_offsets hold 8"),
                arguments(tensor("F32", "[2]", "[0,8]"), 7, "truncated"),
                arguments(tensor("F32", "[2]", "[8,0]"), 8, "claims the bytes [8, 0]"),
                arguments(tensor("F32", "[2]", "[8]"), 8, "claims the bytes [8]"),
                arguments(tensor("F32", "[2]", "[4,12]"), 12, "overlap or leave a gap"),
                arguments(tensor("F32", "[2]", "[0,8]"), 9, "the tensors end at byte"),
                arguments("{}", 1, "the tensors end at byte 10, the file at 11"),
                arguments(two("[0,8]", "[4,12]"), 12, "overlap or leave a gap"),
                arguments(two("[0,8]", "[12,20]"), 20, "overlap or leave a gap"),
                arguments(two("[0,8]", "[0,8]"), 8, "overlap or leave a gap"),
                arguments("{\"__metadata__\":7}", 0, "__metadata__ is not an object"),
                arguments("{\"__metadata__\":{\"k\":7}}", 0, "__metadata__ entry 'k' is not a string"));
    }

    private static String tensor(String dtype, String shape, String offsets) {
        return "{\"a\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}}";
    }

    private static String two(String first, String second) {
        return "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":" + first
                + "},\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":" + second + "}}";
    }

    @ParameterizedTest
    @MethodSource("brokenHeaders")
    void aBrokenHeaderIsRefusedByTheRuleItBreaks(String header, int dataBytes, String message) {
        Path file = write(RawTensors.file(header, new byte[dataBytes]));
        assertThatThrownBy(() -> SafetensorsFile.open(file))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(file + ": ")
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 0, 1, 3, 100_000_001, Long.MAX_VALUE, Long.MIN_VALUE})
    void anAbsurdHeaderLengthIsRefused(long claimed) {
        Path file = write(RawTensors.file(claimed, "{}".getBytes(StandardCharsets.UTF_8), new byte[0]));
        assertThatThrownBy(() -> SafetensorsFile.open(file))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("claims a header of " + Long.toUnsignedString(claimed) + " bytes");
    }

    @Test
    void aHeaderInAnotherEncodingThanUtf8IsRefused() {
        for (byte[] header : List.of(
                "{} ".getBytes(StandardCharsets.UTF_16LE),
                new byte[] {'{', '"', (byte) 0xc0, (byte) 0x80, '"', ':', '7', '}'},
                new byte[] {'{', '"', (byte) 0xff, '"', ':', '7', '}'})) {
            Path file = write(RawTensors.file(header.length, header, new byte[0]));
            assertThatThrownBy(() -> SafetensorsFile.open(file))
                    .isInstanceOf(InputException.class)
                    .hasMessageStartingWith(file + ": ");
        }
    }

    @Test
    void aNameThatWouldBreakTheLineIsWrittenWithCodes() {
        Path file = write(RawTensors.file("{\"a\\nb\":7}", new byte[0]));
        assertThatThrownBy(() -> SafetensorsFile.open(file))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("tensor 'a\\u000ab' has no dtype");
    }

    @Test
    void everyTruncationIsRefused() {
        byte[] whole = RawTensors.file("{\"a\":" + TENSOR + "}", RawTensors.float32(1, 2));
        for (int length = 0; length < whole.length; length++) {
            Path file = write(Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> SafetensorsFile.open(file))
                    .as("%d of %d bytes", length, whole.length)
                    .isInstanceOf(InputException.class)
                    .hasMessageStartingWith(file + ": ");
        }
        assertThat(SafetensorsFile.open(write(whole)).floats("a")).containsExactly(1, 2);
    }

    @Test
    void aFolderOrNothingIsRefused() {
        assertThatThrownBy(() -> SafetensorsFile.open(folder))
                .isInstanceOf(InputException.class)
                .hasMessage(folder + ": expected a safetensors file, found a folder");
        Path missing = folder.resolve("missing");
        assertThatThrownBy(() -> SafetensorsFile.open(missing))
                .isInstanceOf(InputException.class)
                .hasMessage(missing + ": expected a safetensors file, found no such file");
    }

    @Test
    void tensorsMayStandInAnyOrderBehindAPaddedHeader() {
        Path file = write(RawTensors.file(two("[8,16]", "[0,8]") + "   ", RawTensors.float32(1, 2, 3, 4)));
        SafetensorsFile open = SafetensorsFile.open(file);
        assertThat(open.names()).containsExactly("a", "b");
        assertThat(open.floats("a")).containsExactly(3, 4);
        assertThat(open.floats("b")).containsExactly(1, 2);
        assertThat(open.metadata()).isEmpty();
    }

    @Test
    void emptyTensorsAndScalarsAreRead() {
        SafetensorsFile file = open(new RawTensors()
                .add("empty", List.of(0L, 5L))
                .add("huge", List.of(0L, 1L << 40))
                .add("scalar", List.of(), 7)
                .metadata("format", "pt"));
        assertThat(file.matrix("empty").columns()).isEqualTo(5);
        assertThat(file.floats("huge")).isEmpty();
        assertThat(file.floats("scalar")).containsExactly(7);
        assertThat(file.info("scalar").elements()).isEqualTo(1);
        assertThat(file.metadata()).containsExactly(Map.entry("format", "pt"));
        assertThatThrownBy(() -> file.matrix("huge"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("'huge': expected a matrix, found the shape [0, 1099511627776]");
        assertThatThrownBy(() -> file.matrix("scalar"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("'scalar': expected a matrix, found the shape []");
        assertThat(open(new RawTensors()).names()).isEmpty();
    }

    @Test
    void everyFloatDtypeIsDecoded() {
        SafetensorsFile file = open(new RawTensors()
                .add("f16", "F16", List.of(6L), RawTensors.words(0x3c00, 0xc000, 0x0001, 0x83ff, 0x8000, 0x7bff))
                .add("bf16", "BF16", List.of(4L), RawTensors.words(0x3f80, 0xc040, 0x0001, 0x8000))
                .add("f64", "F64", List.of(3L), RawTensors.float64(0.1, -0.0, 1e-60))
                .add("f32", List.of(3L), 0.1f, -0f, Float.MIN_VALUE));
        assertThat(file.floats("f16")).containsExactly(1, -2, 0x1p-24f, -1023 * 0x1p-24f, -0f, 65504);
        assertThat(file.floats("bf16")).containsExactly(1, -3, Float.intBitsToFloat(0x10000), -0f);
        assertThat(file.floats("f64")).containsExactly(0.1f, -0f, 0f);
        assertThat(file.doubles("f64")).containsExactly(0.1, -0.0, 1e-60);
        assertThatThrownBy(() -> file.doubles("f32"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("tensor 'f32': expected F64, found F32");
        assertThat(file.floats("f32")).containsExactly(0.1f, -0f, Float.MIN_VALUE);
    }

    static Stream<Arguments> notFinite() {
        return Stream.of(
                arguments("F32", RawTensors.float32(1, 2, Float.NaN), "NaN at index 2"),
                arguments("F32", RawTensors.float32(Float.POSITIVE_INFINITY, 0, 0), "Infinity at index 0"),
                arguments("F16", RawTensors.words(0, 0xfc00, 0), "-Infinity at index 1"),
                arguments("F16", RawTensors.words(0, 0, 0x7e01), "NaN at index 2"),
                arguments("BF16", RawTensors.words(0, 0x7f80, 0), "Infinity at index 1"),
                arguments("BF16", RawTensors.words(0x7fc0, 0, 0), "NaN at index 0"),
                arguments("F64", RawTensors.float64(0, 0, -1e39), "-Infinity at index 2"));
    }

    @ParameterizedTest
    @MethodSource("notFinite")
    void valuesThatAreNotFiniteAreRefusedByTensorAndIndex(String dtype, byte[] bytes, String found) {
        SafetensorsFile file = open(new RawTensors().add("x.weight", dtype, List.of(3L), bytes));
        assertThatThrownBy(() -> file.floats("x.weight"))
                .isInstanceOf(InputException.class)
                .hasMessage(file.path() + ": tensor 'x.weight': expected finite values, found " + found);
    }

    @ParameterizedTest
    @ValueSource(strings = {"I64", "U64", "I32", "U32", "I16", "U16", "I8", "U8", "BOOL"})
    void otherDtypesAreListedButNotReadAsFloats(String dtype) {
        int size = DType.valueOf(dtype).bytes();
        SafetensorsFile file = open(new RawTensors().add("x", dtype, List.of(2L), new byte[2 * size]));
        assertThat(file.info("x").dtype()).isEqualTo(DType.valueOf(dtype));
        assertThat(file.bytes("x").remaining()).isEqualTo(2 * size);
        assertThatThrownBy(() -> file.floats("x"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("tensor 'x': expected a float dtype, found " + dtype);
    }

    @Test
    void anUnknownNameIsToldByName() {
        SafetensorsFile file = open(new RawTensors().add("a", List.of(1L), 1));
        assertThatThrownBy(() -> file.floats("b"))
                .isInstanceOf(InputException.class)
                .hasMessage(file.path() + ": expected a tensor 'b', found none of that name");
    }

    @Test
    void readingWhileReadingLeavesThePieceAlone() {
        float[] ones = longTensor(1);
        float[] twos = longTensor(2);
        SafetensorsFile file =
                open(new RawTensors().add("a", List.of((long) LONG), ones).add("b", List.of((long) LONG), twos));
        ByteBuffer seen = ByteBuffer.allocate(LONG * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        file.read("a", piece -> {
            assertThat(file.floats("b")).isEqualTo(twos);
            seen.put(piece);
        });
        float[] found = new float[LONG];
        seen.flip().asFloatBuffer().get(found);
        assertThat(found).isEqualTo(ones);
    }

    /** Direct memory that is dropped stays until Java's heap is collected, which a merge of a thousand adapters gives no reason for. */
    @Test
    void readingAgainAndAgainTakesNoMoreDirectMemory() {
        SafetensorsFile file = open(new RawTensors().add("a", List.of((long) LONG), longTensor(1)));
        BufferPoolMXBean direct = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .findFirst()
                .orElseThrow();
        file.read("a", piece -> {});
        long before = direct.getTotalCapacity();
        for (int i = 0; i < 200; i++) {
            file.read("a", piece -> {});
        }
        assertThat(direct.getTotalCapacity() - before).isLessThan(10L << 20);
    }

    private static float[] longTensor(float first) {
        float[] values = new float[LONG];
        for (int i = 0; i < LONG; i++) {
            values[i] = first + i;
        }
        return values;
    }

    private SafetensorsFile open(RawTensors tensors) {
        return SafetensorsFile.open(tensors.write(folder.resolve("x.safetensors")));
    }

    private Path write(byte[] bytes) {
        Path file = folder.resolve("x.safetensors");
        return RawTensors.write(file, bytes);
    }
}
