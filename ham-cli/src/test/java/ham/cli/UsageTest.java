package ham.cli;

import static ham.cli.Cli.ham;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UsageTest {
    @ParameterizedTest
    @ValueSource(strings = {"demo", "train", "merge", "export", "run", "serve", "eval", "bench", "engine", "inspect", "doctor"})
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

    @Test
    void wrongUsageIsOneLineAndExitCodeTwo() {
        ham().failsWith(2, "expected a command");
        ham("meld").failsWith(2, "meld");
        ham("merge").failsWith(2, "ADAPTER", "ham merge --help");
        ham("merge", "a").failsWith(2, "--out", "--dry-run");
        ham("inspect", "a", "--plot", "b.svg").failsWith(2, "--plot", "merge folder");
        ham("merge", "a", "--out", "b", "--keep", "2").failsWith(2, "--keep", "found 2");
        ham("merge", "a", "--out", "b", "--groups", "0").failsWith(2, "--groups", "found 0");
        ham("merge", "a", "--out", "b", "--method", "mean").failsWith(2, "--method", "ham, linear, cat", "mean");
        ham("merge", "a", "--out", "b", "--mode", "both").failsWith(2, "--mode", "sequential, independent");
        ham("merge", "a", "--out", "b", "--alpha", "x").failsWith(2, "--alpha", "x");
        ham("train", "--base", "a", "--data", "b", "--out", "c", "--tasks", "2", "--rank", "0")
                .failsWith(2, "rank", "found 0");
        ham("train", "--base", "a", "--data", "b", "--out", "c", "--tasks", "2", "--targets", "query,gate")
                .failsWith(2, "--targets", "gate");
        ham("train", "--base", "a", "--data", "b", "--out", "c", "--tasks", "2", "--head", "mlp")
                .failsWith(2, "--head", "mlp");
        ham("train", "--base", "a", "--data", "b", "--out", "c", "--tasks", "2", "--precision", "int4")
                .failsWith(2, "--precision", "int4");
        ham("train", "--base", "a", "--data", "b", "--out", "c", "--tasks", "2", "--order", "abc")
                .failsWith(2, "--order", "abc");
        for (String[] wrong : new String[][] {
            {"--device", "tpu"}, {"--threads", "-1"}, {"--order", "-1"}, {"--projection", "46341"},
            {"--keep", "NaN"}, {"--lr", "NaN"}, {"--epochs", "0"}, {"--batch", "0"}
        }) {
            ham("train", "--base", "a", "--data", "b", "--out", "c", "--tasks", "2", wrong[0], wrong[1])
                    .failsWith(2, wrong[0]);
        }
        ham("train", "--base", "a", "--data", "b", "--out", "c", "--tasks", "0").failsWith(2, "--tasks", "found 0");
        ham("run", "model.onnx").failsWith(2, "images", "--tensors");
        ham("run", "model.onnx", "image.png", "--top", "0").failsWith(2, "--top");
        ham("run", "model.onnx", "image.png", "--threads", "-1").failsWith(2, "--threads");
        ham("bench").failsWith(2, "RUN");
        ham("bench", "run", "--merged", "m").failsWith(2, "RUN");
    }
}
