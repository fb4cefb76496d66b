package ham.runtime.tensorrt.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.common.Sha256;
import ham.runtime.ModelException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineFileTest {
    private static final int SIZE = 5000;

    @TempDir
    private Path folder;

    /** The engine of a merge: as many bytes as that of any other. */
    private static byte[] engine(int merge) {
        byte[] bytes = new byte[SIZE];
        Arrays.fill(bytes, (byte) merge);
        return bytes;
    }

    private static EngineRecord record(int merge) {
        return new EngineRecord(
                EngineRecord.FORMAT,
                "merge" + merge + ".onnx",
                new EngineKey("hash" + merge, "GPU", "8.9", "10.12.0", "12.9", "fp32", "1,1,1", 1, true),
                Sha256.of(engine(merge)),
                SIZE,
                List.of(),
                List.of(),
                Map.of(),
                new EngineParity(0, 1, 1, 1, true),
                1,
                merge);
    }

    private static void write(Path file, int merge) {
        new EngineFile(file).write(ByteBuffer.wrap(engine(merge)), record(merge));
    }

    private static int merge(Path file) {
        EngineFile.Saved saved = new EngineFile(file).read();
        assertThat(saved.bytes().isDirect()).isTrue();
        assertThat(Sha256.of(saved.bytes())).isEqualTo(saved.engineRecord().engineSha256());
        return saved.engineRecord().refits();
    }

    @Test
    void anEngineIsReplacedAndLeavesNothingBehind() throws IOException {
        Path file = folder.resolve("new/m.engine");
        write(file, 1);
        write(file, 2);
        assertThat(merge(file)).isEqualTo(2);
        try (Stream<Path> files = Files.list(file.getParent())) {
            assertThat(files.map(each -> each.getFileName().toString()))
                    .containsExactlyInAnyOrder("m.engine", "m.engine.json", ".m.engine.lock");
        }
    }

    /** An engine and its record as version 0.1.0 wrote them. */
    @Test
    void anEngineOfAnEarlierReleaseIsRead() {
        Path old = Path.of(System.getProperty("ham.testdata", "../testdata"), "golden/0.1.0/engine/model.engine");
        EngineFile.Saved saved = new EngineFile(old).read();
        assertThat(Sha256.of(saved.bytes()))
                .isEqualTo("9921187d8f08ac83f89b1919d7d6b5a4663f7c7bd4de8fcf6ceead2063d4dbf7");
        EngineKey key = saved.engineRecord().key();
        assertThat(key.fileName()).isEqualTo("f19e6d0149b30479.engine");
        assertThat(key.timingsName()).isEqualTo("timings-bebd48e559c9e743.cache");
        assertThat(saved.engineRecord().metadata()).containsKeys("ham.labels", "ham.preprocessing");
        assertThat(saved.engineRecord().inputs().get(0).shape()).containsExactly(-1L, 3L, 32L, 32L);
    }

    @Test
    void aPairCanBeReadWhereverAWriterEnded() throws IOException {
        Path file = folder.resolve("m.engine");
        Path next = folder.resolve("m.engine.next");
        write(file, 1);
        Files.write(next, Arrays.copyOf(engine(2), SIZE / 2));
        assertThat(merge(file)).as("while the engine is written").isEqualTo(1);
        Files.write(next, engine(2));
        assertThat(merge(file)).as("before the record is written").isEqualTo(1);

        Path other = folder.resolve("other.engine");
        write(other, 2);
        Files.copy(
                folder.resolve("other.engine.json"),
                folder.resolve("m.engine.json"),
                StandardCopyOption.REPLACE_EXISTING);
        assertThat(merge(file)).as("after the record is written").isEqualTo(2);

        write(file, 3);
        assertThat(merge(file)).as("the next one").isEqualTo(3);
        assertThat(next).doesNotExist();
        Files.delete(file);
        assertThat(new EngineFile(file).exists()).isFalse();
        assertThatThrownBy(() -> merge(file))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("found no engine");
    }

    @Test
    void readersSeeAWholePairWhileWritersReplaceIt() throws Exception {
        Path file = folder.resolve("m.engine");
        write(file, 0);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> work = new ArrayList<>();
            for (int writer = 1; writer <= 2; writer++) {
                int merge = writer;
                work.add(threads.submit(() -> {
                    for (int i = 0; i < 25; i++) {
                        write(file, merge);
                    }
                }));
                work.add(threads.submit(() -> {
                    for (int i = 0; i < 100; i++) {
                        assertThat(merge(file)).isBetween(0, 2);
                    }
                }));
            }
            for (Future<?> each : work) {
                each.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
