package ham.merge.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.merge.InputException;
import ham.merge.RawTensors;
import ham.merge.tensor.Matrix;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsWriterTest {
    @TempDir
    private Path folder;

    @RepeatedTest(20)
    void whatIsWrittenIsReadByAPlainParserAndByTheReader(RepetitionInfo repetition) {
        Map<String, Matrix> tensors = random(repetition);
        Path file = folder.resolve("x.safetensors");
        write(file, tensors);
        RawTensors raw = RawTensors.read(file);
        SafetensorsFile read = SafetensorsFile.open(file);
        assertThat(raw.metadata()).isEqualTo(read.metadata()).containsEntry("quote\"", "line\nbreak é");
        assertThat(raw.tensors()).hasSize(tensors.size() + 1);
        tensors.forEach((name, matrix) -> {
            assertThat(raw.get(name).dtype()).isEqualTo("F32");
            assertThat(raw.get(name).shape()).containsExactly((long) matrix.rows(), (long) matrix.columns());
            assertThat(raw.get(name).floats()).containsExactly(matrix.data());
            assertThat(read.matrix(name)).isEqualTo(matrix);
        });
        assertThat(raw.get("double").bytes()).isEqualTo(RawTensors.float64(0.1, -0.0, 1e300));
    }

    @RepeatedTest(20)
    void theOrderOfAddingDoesNotChangeTheBytes(RepetitionInfo repetition) throws IOException {
        Map<String, Matrix> tensors = random(repetition);
        write(folder.resolve("first"), tensors);
        List<String> names = new ArrayList<>(tensors.keySet());
        Collections.shuffle(names, new Random(repetition.getCurrentRepetition()));
        Map<String, Matrix> shuffled = new LinkedHashMap<>();
        names.forEach(name -> shuffled.put(name, tensors.get(name)));
        write(folder.resolve("second"), shuffled);
        assertThat(folder.resolve("second")).hasSameBinaryContentAs(folder.resolve("first"));
    }

    @RepeatedTest(20)
    void everyElementIsAlignedToItsSize(RepetitionInfo repetition) throws IOException {
        Path file = folder.resolve("x.safetensors");
        write(file, random(repetition));
        long header = ByteBuffer.wrap(Files.readAllBytes(file))
                .order(ByteOrder.LITTLE_ENDIAN)
                .getLong(0);
        assertThat(header % 8).isZero();
        SafetensorsFile read = SafetensorsFile.open(file);
        assertThat(read.names())
                .map(read::info)
                .allMatch(info -> info.offset() % info.dtype().bytes() == 0);
    }

    @Test
    void aTensorLargerThanTheBufferIsWrittenWhole() {
        Random random = new Random(3);
        Matrix large = Matrix.zeros(301, 137);
        for (int i = 0; i < large.data().length; i++) {
            large.data()[i] = random.nextFloat();
        }
        Path file = folder.resolve("x.safetensors");
        new SafetensorsWriter().add("large", large).write(file);
        assertThat(RawTensors.read(file).get("large").floats()).containsExactly(large.data());
    }

    @Test
    void noTensorAtAllIsAValidFile() {
        Path file = folder.resolve("x.safetensors");
        new SafetensorsWriter().write(file);
        assertThat(SafetensorsFile.open(file).names()).isEmpty();
    }

    @Test
    void mistakesOfTheCallerAreRefused() {
        SafetensorsWriter writer = new SafetensorsWriter().add("a", Matrix.zeros(1, 1));
        assertThatThrownBy(() -> writer.add("a", Matrix.zeros(1, 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'a' was added twice");
        assertThatThrownBy(() -> writer.add("b", List.of(3L), new float[2]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("b: shape [3] for 2 values");
        assertThatThrownBy(() -> writer.add("__metadata__", Matrix.zeros(1, 1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aFileThatCannotBeWrittenIsToldByName() {
        Path file = folder.resolve("missing").resolve("x.safetensors");
        assertThatThrownBy(() -> new SafetensorsWriter().write(file))
                .isInstanceOf(InputException.class)
                .hasMessage(file + ": cannot be written: " + file + " does not exist");
    }

    private static Map<String, Matrix> random(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        Map<String, Matrix> tensors = new LinkedHashMap<>();
        for (int t = random.nextInt(6); t >= 0; t--) {
            Matrix matrix = Matrix.zeros(random.nextInt(4), 1 + random.nextInt(7));
            for (int i = 0; i < matrix.data().length; i++) {
                matrix.data()[i] = (float) random.nextGaussian();
            }
            tensors.put("layer." + random.nextInt(100) + "." + t + ".weight", matrix);
        }
        return tensors;
    }

    private static void write(Path file, Map<String, Matrix> tensors) {
        SafetensorsWriter writer = new SafetensorsWriter()
                .metadata("quote\"", "line\nbreak é")
                .metadata("a", "")
                .add("double", List.of(3L), new double[] {0.1, -0.0, 1e300});
        tensors.forEach(writer::add);
        writer.write(file);
    }
}
