package ham.export.patch;

import static org.assertj.core.api.Assertions.assertThat;

import ham.common.Sha256;
import ham.merge.safetensors.SafetensorsFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files of more than one window, by windows so small that tests need no large files; and one that is large, though it takes no room on the disk. */
class LargeFilesTest {
    private static final int WINDOW = 100_003;
    private static final int LITERAL = 1_000;

    @TempDir
    private Path folder;

    private final Random random = new Random(11);

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    @Test
    void aPartIsTheSameWhereverWindowsEnd() throws IOException {
        byte[] content = bytes(5 * WINDOW + 17);
        Path file = Files.write(folder.resolve("file"), content);
        FileBytes opened = FileBytes.open(file, WINDOW);
        assertThat(opened.windows()).hasSize(6);
        assertThat(opened.sha256()).isEqualTo(Sha256.of(content));
        for (int i = 0; i < 300; i++) {
            int start = random.nextInt(content.length);
            int length = random.nextInt(Math.min(3 * WINDOW, content.length - start) + 1);
            byte[] found = new byte[length];
            opened.slice(start, length).get(found);
            assertThat(found).isEqualTo(Arrays.copyOfRange(content, start, start + length));
        }
        assertThat(FileBytes.open(Files.createFile(folder.resolve("empty")), WINDOW)
                        .sha256())
                .isEqualTo(Sha256.of(new byte[0]));
    }

    /** Of any two lengths, the result longer by more or less than is told literally. */
    @ParameterizedTest
    @CsvSource({
        "900000, 900000",
        "900001, 900003",
        "900000, 600000",
        "600002, 900000",
        "900000, 900900",
        "0, 700001",
        "5, 700000"
    })
    void whatIsAppliedIsTheResult(int before, int after) throws IOException {
        byte[] old = bytes(before);
        byte[] changed = Arrays.copyOf(old, after);
        for (int i = before; i < after; i++) {
            changed[i] = (byte) random.nextInt();
        }
        for (int i = 0; i < 40 && before > 0; i++) {
            changed[random.nextInt(Math.min(before, after) / 2 + 1)] ^= 1;
        }
        Path base = Files.write(folder.resolve("base"), old);
        Path result = Files.write(folder.resolve("result"), changed);
        Path patch = folder.resolve("a.hampatch");
        List<byte[]> changes = new ArrayList<>();
        PatchContent made = new BytesPatchMaker(FileBytes.open(base, WINDOW), FileBytes.open(result, WINDOW), LITERAL)
                .make(changes);
        assertThat(made.literals().length).isLessThanOrEqualTo(LITERAL);
        made.write(patch);
        Path applied = folder.resolve("applied");
        assertThat(ModelPatch.apply(patch, FileBytes.open(base, WINDOW), applied))
                .isEqualTo(Sha256.of(changed));
        assertThat(applied).hasBinaryContent(changed);
    }

    @Test
    void changesThatLieInAFileAreThose() throws IOException {
        List<byte[]> expected = new ArrayList<>();
        try (Spill spill = new Spill()) {
            for (int i = 0; i < 50; i++) {
                expected.add(bytes(random.nextInt(3000)));
                spill.add(expected.get(i));
            }
            assertThat(spill).hasSize(50);
            for (int i = 49; i >= 0; i--) {
                assertThat(spill.get(i)).isEqualTo(expected.get(i));
            }
        }
    }

    /** Patches of small files stay what every device reads. */
    @Test
    void onlyPositionsThatNeedItAreWide() {
        assertThat(written(Integer.MAX_VALUE)).isEqualTo("1");
        assertThat(written(Integer.MAX_VALUE + 1L)).isEqualTo("2");
    }

    private String written(long position) {
        Path patch = folder.resolve(position + ".hampatch");
        List<PatchStep> steps = List.of(
                new PatchStep(PatchStep.Kind.COPY, position, 7),
                new PatchStep(PatchStep.Kind.LITERAL, 0, 3),
                new PatchStep(PatchStep.Kind.CHANGE, position, 8));
        List<byte[]> changes = List.of(new byte[] {1, 2});
        new PatchContent("a", "b", 1L << 40, steps, new byte[] {1, 2, 3}, changes).write(patch);
        PatchContent read = PatchContent.read(patch);
        assertThat(read.steps()).isEqualTo(steps);
        assertThat(read.resultBytes()).isEqualTo(1L << 40);
        assertThat(read.changes().get(0)).isEqualTo(changes.get(0));
        return SafetensorsFile.open(patch).metadata().get(PatchContent.FORMAT);
    }

    @Test
    void aFileAbove2GbIsReadWhereItIsCopiedAndChanged() throws IOException {
        long end = (1L << 31) + (1 << 20);
        ByteBuffer last = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
        float[] values = new float[1024];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat();
            last.putFloat(values[i]);
        }
        Path base = folder.resolve("sparse");
        try (FileChannel channel = FileChannel.open(
                base, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.SPARSE)) {
            channel.write(last.flip(), end - 4096);
        }
        ByteBuffer result = ByteBuffer.allocate(4100).order(ByteOrder.LITTLE_ENDIAN);
        float[] moved = values.clone();
        for (int i = 0; i < moved.length; i++) {
            moved[i] *= 1.5f;
            result.putFloat(moved[i]);
        }
        result.putFloat(values[1023]);
        String sha256 = Sha256.of(result.array());
        Path patch = folder.resolve("a.hampatch");
        new PatchContent(
                        Sha256.of(base),
                        sha256,
                        4100,
                        List.of(
                                new PatchStep(PatchStep.Kind.CHANGE, end - 4096, 4096),
                                new PatchStep(PatchStep.Kind.COPY, end - 4, 4)),
                        new byte[0],
                        List.of(ChangedValues.encode(values, 1024, moved, List.of())))
                .write(patch);
        Path applied = folder.resolve("applied");
        assertThat(ModelPatch.apply(patch, base, applied)).isEqualTo(sha256);
        assertThat(applied).hasBinaryContent(result.array());
    }
}
