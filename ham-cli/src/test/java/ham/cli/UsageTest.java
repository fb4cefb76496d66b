package ham.cli;

import static ham.cli.Cli.ham;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class UsageTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "demo", "train", "merge", "export", "run", "serve", "eval", "bench", "engine", "inspect", "doctor",
                "keys", "sign", "apply", "fleet", "score", "tune"
            })
    void everyCommandHasHelp(String command) {
        Cli help = ham(command, "--help").succeeds();
        assertThat(help.out())
                .startsWith("Usage: ham " + command)
                .contains("--json")
                .contains("--debug");
        assertThat(help.out()).doesNotContain("DEFAULT-VALUE");
    }

    @Test
    void helpShowsDefaults() {
        assertThat(ham("train", "--help").out().replaceAll("\\s+", ""))
                .contains("(default:0.6)")
                .contains("(default:query,value)");
    }

    @Test
    void theVersionIsPrinted() {
        assertThat(ham("--version").succeeds().out()).startsWith("ham ");
    }

    private static final String TRAIN = "train --base a --data b --out c --tasks 2 ";

    /** Words after {@code ham}, and what the one line says. */
    static Stream<Arguments> wrongUsage() {
        return Stream.of(
                arguments("", List.of("expected a command")),
                arguments("meld", List.of("meld")),
                arguments("merge", List.of("ADAPTER", "ham merge --help")),
                arguments("merge a", List.of("--out", "--dry-run")),
                arguments("inspect a --plot b.svg", List.of("--plot", "merge folder")),
                arguments("merge a --out b --keep 2", List.of("--keep", "found 2")),
                arguments("merge a --out b --groups 0", List.of("--groups", "found 0")),
                arguments("merge a --out b --method mean", List.of("--method", "ham, linear, cat", "mean")),
                arguments("merge a --out b --mode both", List.of("--mode", "auto, sequential, independent")),
                arguments("merge a --out b --alpha NaN", List.of("--alpha", "'NaN' is not a finite number")),
                arguments("merge a --out b --weight 1,Infinity --method cat", List.of("--weight", "'Infinity'")),
                arguments("merge a --out=", List.of("--out", "expected a path, found an empty text")),
                arguments("run model.onnx a.png --threads 100000", List.of("--threads", "1024", "found 100000")),
                arguments("merge a --out b --alpha x", List.of("--alpha", "x")),
                arguments("train", List.of("--base", "--again RUN")),
                arguments(TRAIN + "--rank 0", List.of("--rank", "found 0")),
                arguments(TRAIN + "--targets query,gate", List.of("--targets", "gate")),
                arguments(TRAIN + "--head mlp", List.of("--head", "mlp")),
                arguments(TRAIN + "--precision int4", List.of("--precision", "int4")),
                arguments(TRAIN + "--order abc", List.of("--order", "abc")),
                arguments(TRAIN + "--device tpu", List.of("--device")),
                arguments(TRAIN + "--threads -1", List.of("--threads")),
                arguments(TRAIN + "--order -1", List.of("--order")),
                arguments(TRAIN + "--projection 46341", List.of("--projection")),
                arguments(TRAIN + "--keep NaN", List.of("--keep")),
                arguments(TRAIN + "--lr NaN", List.of("--lr")),
                arguments(TRAIN + "--epochs 0", List.of("--epochs")),
                arguments(TRAIN + "--batch 0", List.of("--batch")),
                arguments("train --base a --data b --out c --tasks 0", List.of("--tasks", "found 0")),
                arguments("run model.onnx", List.of("images", "--tensors")),
                arguments("run model.onnx --tensors a --out b --top 5", List.of("--tensors", "found --top")),
                arguments("run model.onnx --tensors a --out b --scores none", List.of("--tensors", "found --scores")),
                arguments("run model.onnx image.png --top 0", List.of("--top")),
                arguments("run model.onnx image.png --threads -1", List.of("--threads")),
                arguments("bench", List.of("RUN")),
                arguments("bench run --merged m", List.of("RUN")));
    }

    @ParameterizedTest(name = "ham {0}")
    @MethodSource("wrongUsage")
    void wrongUsageIsOneLineAndExitCodeTwo(String words, List<String> parts) {
        ham((Object[]) (words.isEmpty() ? new String[0] : words.split(" "))).failsWith(2, parts.toArray(String[]::new));
    }
}
