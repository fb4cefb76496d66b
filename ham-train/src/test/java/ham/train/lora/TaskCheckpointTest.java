package ham.train.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.merge.InputException;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.checkpoint.Target;
import ham.merge.safetensors.SafetensorsFile;
import ham.train.TinyVit;
import ham.train.input.Augmentation;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TaskCheckpointTest {
    static final LoraSettings LORA = LoraSettings.of(EnumSet.of(Target.QUERY, Target.VALUE), 4);
    /** 6 steps an epoch, the last of 10 images. */
    static final Recipe RECIPE = new Recipe(4, 16, 1e-2, 2e-2, 1e-2, new Augmentation(1, true));

    @TempDir
    private Path folder;

    private Checkpoint base;

    @BeforeEach
    void open() {
        base = TinyVit.in(folder);
    }

    private void nothingIsLeftBeside() throws IOException {
        try (var files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .isSubsetOf("config.json", "model.safetensors", "task.safetensors");
        }
    }

    private static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /** A process: an engine of its own, and what another left in the file. */
    private TaskResult process(String precision, Recipe recipe, Optional<TaskCheckpoint> checkpoint, int killedAfter) {
        return KilledTask.train(precision, base, recipe, checkpoint, step -> {
            if (step.step() == killedAfter) {
                throw new Killed();
            }
        });
    }

    @ParameterizedTest
    @CsvSource({"fp32", "bf16"})
    void endsTheSameHoweverOftenItIsKilled(String precision) throws IOException {
        TaskResult whole = process(precision, RECIPE, Optional.empty(), -1);
        Random random = new Random(4);
        TaskCheckpoint checkpoint = new TaskCheckpoint(folder.resolve("task.safetensors"), Duration.ZERO);
        for (int killedAt = 1 + random.nextInt(5); killedAt < 24; killedAt += 1 + random.nextInt(9)) {
            int killed = killedAt;
            assertThatThrownBy(() -> process(precision, RECIPE, Optional.of(checkpoint), killed))
                    .isInstanceOf(Killed.class);
        }
        assertSame(process(precision, RECIPE, Optional.of(checkpoint), -1), whole);
        nothingIsLeftBeside();
    }

    /** A process of its own, killed by the system while it trains or saves. */
    @Test
    void endsTheSameAfterAKill() throws IOException, InterruptedException {
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        KilledTask.class.getName(),
                        folder.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader steps = child.inputReader()) {
            String line = steps.readLine();
            while (!"9".equals(line)) {
                assertThat(line).isNotNull();
                line = steps.readLine();
            }
        } finally {
            child.destroyForcibly().waitFor();
        }
        TaskCheckpoint checkpoint = new TaskCheckpoint(folder.resolve("task.safetensors"), Duration.ZERO);
        TaskResult whole = process("fp32", RECIPE, Optional.empty(), -1);
        assertSame(process("fp32", RECIPE, Optional.of(checkpoint), -1), whole);
    }

    private static void assertSame(TaskResult resumed, TaskResult whole) {
        assertThat(resumed.factors()).isEqualTo(whole.factors());
        assertThat(resumed.alpha()).isEqualTo(whole.alpha());
        assertThat(resumed.groupAlphas()).isEqualTo(whole.groupAlphas());
        assertThat(resumed.head().weight()).isEqualTo(whole.head().weight());
        assertThat(resumed.head().bias()).containsExactly(whole.head().bias());
        assertThat(resumed.epochs()).isEqualTo(whole.epochs());
    }

    @Test
    void aFinishedTaskIsNotTrainedAgain() {
        TaskCheckpoint checkpoint = new TaskCheckpoint(folder.resolve("task.safetensors"), Duration.ZERO);
        TaskResult first = process("fp32", RECIPE, Optional.of(checkpoint), -1);
        TaskResult again = process("fp32", RECIPE, Optional.of(checkpoint), 24);
        assertThat(again.factors()).isEqualTo(first.factors());
    }

    /** Time that was spent on work that is saved counts, whoever spent it. */
    @Test
    void theSecondsOfEarlierProcessesCount() {
        TaskCheckpoint checkpoint = new TaskCheckpoint(folder.resolve("task.safetensors"), Duration.ZERO);
        double before = 0;
        for (int killedAt : new int[] {5, 9}) {
            assertThatThrownBy(() -> process("fp32", RECIPE, Optional.of(checkpoint), killedAt))
                    .isInstanceOf(Killed.class);
            double seconds = Double.parseDouble(
                    SafetensorsFile.open(checkpoint.file()).metadata().get("seconds"));
            assertThat(seconds).isGreaterThan(before);
            before = seconds;
        }
        assertThat(process("fp32", RECIPE, Optional.of(checkpoint), -1).secondsBefore())
                .isEqualTo(before);
        assertThat(process("fp32", RECIPE, Optional.empty(), -1).secondsBefore())
                .isZero();
    }

    @Test
    void anotherConfigurationIsRefused() {
        TaskCheckpoint checkpoint = new TaskCheckpoint(folder.resolve("task.safetensors"), Duration.ZERO);
        assertThatThrownBy(() -> process("fp32", RECIPE, Optional.of(checkpoint), 3))
                .isInstanceOf(Killed.class);
        Recipe other = new Recipe(4, 16, 2e-2, 2e-2, 1e-2, new Augmentation(1, true));
        assertThatThrownBy(() -> process("fp32", other, Optional.of(checkpoint), -1))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll("task.safetensors", "adapterRate=0.02", "adapterRate=0.01", "delete it");
        assertThatThrownBy(() -> process("bf16", RECIPE, Optional.of(checkpoint), -1))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll("precision bf16", "precision fp32");
    }
}
