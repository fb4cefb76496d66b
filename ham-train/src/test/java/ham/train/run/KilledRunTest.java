package ham.train.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Runs in processes of their own, which the operating system stops. */
class KilledRunTest {
    private static final int MOST_KILLS = 2;

    @TempDir
    private static Path shared;

    private static Path whole;

    @TempDir
    private Path temp;

    @BeforeAll
    static void prepare() {
        TinyRun.prepare(shared);
        whole = FinishedRun.of(
                        KilledRun.config(shared),
                        shared.resolve("whole"),
                        Map.of(),
                        List.of(),
                        new TinyRun.Recorder(-1))
                .folder();
    }

    private Process process(List<String> before, String... after) throws IOException {
        List<String> command = new ArrayList<>(before);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:-UsePerfData",
                "-cp",
                System.getProperty("java.class.path"),
                KilledRun.class.getName(),
                shared.toString(),
                temp.resolve("run").toString()));
        command.addAll(List.of(after));
        return new ProcessBuilder(command)
                .redirectError(temp.resolve("errors").toFile())
                .start();
    }

    /** Kills it some milliseconds after it said something for the nth time, or lets it end where it says less. */
    private void kill(Process process, int lines, int milliseconds) throws IOException, InterruptedException {
        try (BufferedReader said = process.inputReader()) {
            String line = "";
            for (int i = 0; i < lines && line != null; i++) {
                line = said.readLine();
            }
            if (line != null) {
                Thread.sleep(milliseconds);
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private void assertEndsAsTheWholeRun() throws IOException, InterruptedException {
        Path out = temp.resolve("run");
        if (!Files.exists(out)) {
            Process last = process(List.of());
            last.getInputStream().readAllBytes();
            assertThat(last.waitFor())
                    .as(Files.readString(temp.resolve("errors")))
                    .isZero();
        }
        List<String> files =
                new ArrayList<>(List.of("merged/merged.safetensors", "heads/linear.safetensors", "metrics.csv"));
        for (int task = 0; task < TinyRun.TASKS; task++) {
            for (String file : List.of("adapter_model.safetensors", "head.safetensors", "ham.json")) {
                files.add("adapters/" + RunFolder.numbered(task) + "/" + file);
            }
        }
        for (String file : files) {
            assertThat(out.resolve(file)).hasSameBinaryContentAs(whole.resolve(file));
        }
    }

    /** At other moments every time: the seed says which they were. */
    @Test
    void endsTheSameHoweverOftenItIsKilled() throws IOException, InterruptedException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < MOST_KILLS && !Files.exists(temp.resolve("run")); i++) {
            kill(process(List.of()), 1 + random.nextInt(12), random.nextInt(20));
        }
        try {
            assertEndsAsTheWholeRun();
        } catch (AssertionError e) {
            throw new AssertionError("with the moments of seed " + seed + ": " + e.getMessage(), e);
        }
    }

    /** As Ctrl-C does it: a step that is under way ends before the engine's memory is freed. */
    @Test
    @DisabledOnOs(OS.WINDOWS)
    void endsQuietlyWhenItIsToldTo() throws IOException, InterruptedException {
        for (int lines = 1; lines < 9 && !Files.exists(temp.resolve("run")); lines += 3) {
            Process process = process(List.of());
            try (BufferedReader said = process.inputReader()) {
                for (int i = 0; i < lines; i++) {
                    assertThat(said.readLine()).isNotNull();
                }
                process.toHandle().destroy();
                assertThat(said.lines()).noneMatch(line -> line.contains("fatal error"));
            }
            assertThat(process.waitFor()).isEqualTo(143);
        }
        assertEndsAsTheWholeRun();
    }

    /** The system refuses the bytes of a file beyond a limit, as it does on a full disk: here those of the second task's statistics. */
    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aDiskThatIsFullKeepsWhatIsFinished() throws IOException, InterruptedException {
        Process first = process(List.of(), "waits");
        try (BufferedReader said = first.inputReader()) {
            String line = said.readLine();
            while (!"finished".equals(line)) {
                assertThat(line).isNotNull();
                line = said.readLine();
            }
        } finally {
            first.destroyForcibly().waitFor();
        }
        Path partial = temp.resolve("run.partial");
        byte[] adapter = Files.readAllBytes(partial.resolve("adapters/000/adapter_model.safetensors"));

        Process limited = process(List.of("/bin/sh", "-c", "ulimit -f 128; exec \"$@\"", "sh"));
        limited.getInputStream().readAllBytes();
        assertThat(limited.waitFor()).isEqualTo(1);
        assertThat(Files.readString(temp.resolve("errors")))
                .contains("InputException: ", "cannot be written: ", "File too large");
        assertThat(partial.resolve("adapters/000/adapter_model.safetensors")).hasBinaryContent(adapter);
        assertThat(partial.resolve("checkpoints/000")).isDirectory();
        assertEndsAsTheWholeRun();
    }
}
