package ham.cli;

import static ham.cli.Cli.ham;
import static ham.cli.Cli.testdata;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import ham.merge.safetensors.SafetensorsFile;
import ham.merge.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The options of {@code ham merge}, its plan, its card, and what {@code ham inspect} draws of it. */
class MergeOptionsTest {
    private static final Path FIRST = testdata("peft-adapters/v4-names/adapter0");
    private static final Path SECOND = testdata("peft-adapters/v4-names/adapter1");

    @TempDir
    private Path temp;

    private static Cli merge(Object... more) {
        List<Object> all = new ArrayList<>(List.of("merge"));
        all.addAll(List.of(more));
        return ham(all.toArray());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ham --keep 0.50 --tau 0.9 --similarity layer-cosine --alpha 1,2",
                "linear --weight 1,2",
                "cat --layer value:weight=0.5",
                "task-arithmetic --scale 0.3",
                "ties --density 0.2 --sign frequency --scale 2",
                "dare --density 0.9 --seed 7 --sign total",
                "magnitude --density 0.25 --layer layer\\.(?:0|1)\\.:density=0.5",
                "svd --rank 3"
            })
    void everyMethodMergesAndItsCardGivesTheSameMerge(String options) throws IOException {
        Path merged = temp.resolve("merged");
        List<Object> arguments = new ArrayList<>(List.of(FIRST, SECOND, "--out", merged, "--json", "--method"));
        arguments.addAll(List.of(options.split(" ", -1)));
        JsonNode record = merge(arguments.toArray()).succeeds().json();
        assertThat(record.path("method").asText()).isEqualTo(options.split(" ", -1)[0]);
        assertThat(record.path("command").path(1).asText()).isEqualTo("merge");

        String card = Files.readString(merged.resolve("README.md"));
        Path config = Files.writeString(
                temp.resolve("again.yaml"),
                card.substring(card.indexOf("```yaml\n") + 8, card.lastIndexOf("```"))
                        .replace(
                                FIRST.getParent().toString(),
                                FIRST.getParent().toAbsolutePath().toString()));
        Path again = temp.resolve("again");
        merge("--config", config, "--out", again).succeeds();
        assertThat(again.resolve("merged.safetensors")).hasSameBinaryContentAs(merged.resolve("merged.safetensors"));
        assertThat(ham("inspect", merged).succeeds().out()).contains(options.split(" ", -1)[0] + " merge", "adapter1");
    }

    @ParameterizedTest
    @CsvSource({
        "ties, --keep, 0.5",
        "linear, --tau, 0.5",
        "cat, --groups, 3",
        "svd, --join, fold",
        "dare, --combine, mean",
        "magnitude, --similarity, cosine",
        "ham, --density, 0.5",
        "linear, --scale, 1",
        "magnitude, --sign, total",
        "ties, --seed, 0",
        "ham, --rank, 16",
        "ties, --alpha, '1,1'",
        "ham, --weight, '1,1'",
        "ties, --sign, none",
        "ham, --layer, value:density=0.5",
        "ham, --layer, value",
        "ham, --layer, value:keep=2",
        "ham, --layer, value:keep=x",
        "ham, --layer, value:tau=1",
        "ham, --layer, (:keep=1",
        "svd, --layer, 'value:rank=1,rank=2'",
        "ham, --similarity, euclid"
    })
    void whatTheMethodDoesNotUseOrUnderstandIsWrongUsage(String method, String option, String value) {
        merge("a", "--out", temp.resolve("out"), "--method", method, option, value)
                .failsWith(2, option);
    }

    @Test
    void aDryRunChecksAndPlansButWritesNothing() throws IOException {
        JsonNode plan = merge(FIRST, SECOND, "--dry-run", "--json", "--base", testdata("hf-vit-tiny"))
                .succeeds()
                .json();
        assertThat(plan.path("adapters")).hasSize(2);
        assertThat(plan.path("adapters").path(0).path("rank_max").asInt()).isEqualTo(4);
        assertThat(plan.path("adapters").path(0).path("dtypes").path(0).asText())
                .isEqualTo("F32");
        assertThat(plan.path("weights")).hasSize(8);
        assertThat(plan.path("comparison").path("how").asText()).isEqualTo("all pairs");
        assertThat(plan.path("estimate").path("seconds").asDouble()).isPositive();
        assertThat(plan.path("kernels").asText()).isNotEmpty();
        assertThat(merge(FIRST, SECOND, "--dry-run", "--out", temp.resolve("out"), "--method", "ties")
                        .succeeds()
                        .out())
                .contains("ties merge, independent (density 0.5")
                .contains("query.weight")
                .contains("estimated: about")
                .doesNotContain("comparison:");
        try (Stream<Path> left = Files.list(temp)) {
            assertThat(left).isEmpty();
        }
        Path truncated = Files.createDirectory(temp.resolve("truncated"));
        Files.copy(FIRST.resolve("adapter_config.json"), truncated.resolve("adapter_config.json"));
        byte[] weights = Files.readAllBytes(FIRST.resolve("adapter_model.safetensors"));
        Files.write(truncated.resolve("adapter_model.safetensors"), java.util.Arrays.copyOf(weights, 100));
        merge(FIRST, truncated, "--dry-run").failsWith(1, "truncated");
        merge(FIRST, FIRST, "--dry-run").failsWith(1, "two called 'adapter0'");
        merge(FIRST, "--dry-run", "--layer", "decoder:keep=0.5").failsWith(2, "--layer", "'decoder'");
    }

    @Test
    void aDryRunRefusesWhatTheMergeWould() {
        merge(FIRST, SECOND, "--dry-run", "--method", "regmean").failsWith(1, "expected the Gram matrices");
        merge(FIRST, SECOND, "--dry-run", "--method", "linear", "--weight", "1,-1")
                .failsWith(2, "whose sum is finite and not 0");
        merge(
                        testdata("everyday/bias-all"),
                        "--dry-run",
                        "--base",
                        testdata("everyday/vit"),
                        "--method",
                        "cat",
                        "--as",
                        "peft")
                .failsWith(1, "which PEFT's lora_bias cannot say");
    }

    @Test
    void theCommandLineBeatsTheFile() throws IOException {
        Path config = Files.writeString(
                temp.resolve("merge.yaml"),
                "method: ham\nparameters: {keep: 0.8, tau: 0.2}\nadapters:\n  - path: "
                        + FIRST.toAbsolutePath() + "\n    name: one\n    alpha: 2\n  - path: "
                        + SECOND.toAbsolutePath() + "\n");
        JsonNode plan = merge("--config", config, "--tau", "0.3", "--dry-run", "--json")
                .succeeds()
                .json();
        assertThat(plan.path("parameters").path("keep").asText()).isEqualTo("0.8");
        assertThat(plan.path("parameters").path("tau").asDouble()).isEqualTo(0.3);
        assertThat(plan.path("adapters").path(0).path("adapter").asText()).isEqualTo("one");
        assertThat(plan.path("adapters").findValues("alpha").toString()).isEqualTo("[2.0, 1.0]");
        assertThat(merge("--config", config, "--alpha", "3,4", "--dry-run", "--json")
                        .succeeds()
                        .json()
                        .path("adapters")
                        .findValues("alpha")
                        .toString())
                .isEqualTo("[3.0, 4.0]");
        assertThat(merge("--config", config, SECOND, "--dry-run", "--json")
                        .succeeds()
                        .json()
                        .path("adapters"))
                .hasSize(1);
        merge("--config", config, "--method", "ties", "--dry-run").failsWith(1, "merge.yaml", "keep", "ties");
        merge("--config", temp.resolve("no.yaml"), "--dry-run").failsWith(1, "no.yaml", "no such file");
    }

    @Test
    void similaritiesAreDrawn() throws Exception {
        List<Object> arguments = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            arguments.add(testdata("peft-adapters/v4-names/adapter" + i));
        }
        Path merged = temp.resolve("merged");
        arguments.addAll(List.of("--out", merged));
        merge(arguments.toArray()).succeeds();
        Path plot = temp.resolve("plot.svg");
        JsonNode similarity = ham("inspect", merged, "--plot", plot, "--json")
                .succeeds()
                .json()
                .path("similarity");
        assertThat(similarity.path("groups").toString()).isEqualTo("[3,2,1]");
        assertThat(similarity.path("cosines").path(0).path(1).asDouble()).isGreaterThan(0.8);
        assertThat(similarity.path("cosines").path(0).path(5).asDouble()).isBetween(-0.1, 0.1);
        var document = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(plot.toFile());
        assertThat(document.getDocumentElement().getTagName()).isEqualTo("svg");
        assertThat(document.getElementsByTagName("rect").getLength()).isEqualTo(1 + 36 + 11);
        assertThat(document.getElementsByTagName("path").getLength()).isEqualTo(3);
        assertThat(plot).content().contains("group 2", "adapter5", "prefers-color-scheme");
        ham("inspect", merged, "--plot", plot).failsWith(1, "plot.svg", "force");
        assertThat(ham("inspect", merged, "--plot", plot, "--force").succeeds().out())
                .contains("effective rank")
                .contains("5 adapter5")
                .contains("1.000");
    }

    /** A checkpoint of which every tensor is larger than the base's by a number. */
    private Path checkpoint(String name, Path base, float change) throws IOException {
        SafetensorsFile before = SafetensorsFile.open(base.resolve("model.safetensors"));
        SafetensorsWriter writer = new SafetensorsWriter();
        for (String tensor : before.names()) {
            float[] values = before.floats(tensor);
            for (int i = 0; i < values.length; i++) {
                values[i] += change;
            }
            writer.add(tensor, before.info(tensor).shape(), values);
        }
        Path folder = Files.createDirectory(temp.resolve(name));
        writer.write(folder.resolve("model.safetensors"));
        return folder;
    }

    @Test
    void checkpointsHaveTheWeightsAndNamesOfTheFile() throws IOException {
        Path base = testdata("hf-vit-tiny");
        Path first = checkpoint("first", base, 0.01f);
        Path second = checkpoint("second", base, 0.02f);
        Path config = Files.writeString(
                temp.resolve("merge.yaml"),
                "method: cat\nbase: " + base.toAbsolutePath() + "\nadapters:\n  - path: " + first
                        + "\n    name: one\n    weight: 0.25\n  - path: " + second + "\n    weight: 0\n");
        Path out = temp.resolve("out");
        JsonNode record =
                merge("--config", config, "--out", out, "--json").succeeds().json();
        assertThat(record.path("models").path(0).asText()).isEqualTo("one");
        SafetensorsFile before = SafetensorsFile.open(base.resolve("model.safetensors"));
        SafetensorsFile after = SafetensorsFile.open(out.resolve("model.safetensors"));
        for (String tensor : before.names()) {
            assertThat(after.floats(tensor)[0] - before.floats(tensor)[0]).isCloseTo(0.0025f, within(1e-6f));
        }
        for (List<String> unused : List.of(
                List.of("--trained-weights"), List.of("--mode", "sequential"), List.of("--labels", "/nonexistent"))) {
            List<Object> arguments = new ArrayList<>(List.of(first, "--base", base, "--method", "cat", "--out", out));
            arguments.addAll(unused);
            merge(arguments.toArray()).failsWith(2, unused.get(0), "found checkpoints");
        }
    }
}
