package ham.train.run;

import static org.assertj.core.api.Assertions.assertThat;

import ham.merge.safetensors.SafetensorsFile;
import ham.merge.tensor.Matrix;
import ham.train.config.RunConfig;
import ham.train.head.DriftRule;
import ham.train.learn.LearningMethod;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DriftRunTest {
    @TempDir
    private Path temp;

    @BeforeEach
    void prepare() {
        TinyRun.prepare(temp);
    }

    private RunConfig config(LearningMethod method, DriftRule rule) {
        return TinyRun.config(temp, method).toBuilder().optDrift(rule).build();
    }

    private Matrix projection(String run) {
        return SafetensorsFile.open(temp.resolve(run).resolve("heads/analytic.safetensors"))
                .matrix("projection");
    }

    private byte[] prototypes(String run) throws IOException {
        return Files.readAllBytes(temp.resolve(run).resolve("heads/prototype.safetensors"));
    }

    @Test
    void goesOnAsIfNeverInterrupted() throws IOException {
        RunConfig config = config(LearningMethod.SEQUENTIAL, DriftRule.LINEAR);
        TinyRun.run(config, temp.resolve("whole"));
        TinyRun.runInterrupted(config, temp.resolve("broken"));
        assertThat(projection("broken")).isEqualTo(projection("whole"));
        assertThat(prototypes("broken")).isEqualTo(prototypes("whole"));
    }

    @Test
    void movesTheProjectionOfAModelThatMoves() {
        TinyRun.run(config(LearningMethod.SEQUENTIAL, DriftRule.LINEAR), temp.resolve("linear"));
        TinyRun.run(config(LearningMethod.SEQUENTIAL, DriftRule.NONE), temp.resolve("none"));
        assertThat(projection("linear")).isNotEqualTo(projection("none"));
    }

    @Test
    void leavesTheFrozenBackboneAsItIs() {
        TinyRun.run(config(LearningMethod.FROZEN, DriftRule.LINEAR), temp.resolve("linear"));
        TinyRun.run(config(LearningMethod.FROZEN, DriftRule.NONE), temp.resolve("none"));
        assertThat(projection("linear")).isEqualTo(projection("none"));
    }
}
