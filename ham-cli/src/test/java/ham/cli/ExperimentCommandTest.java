package ham.cli;

import static ham.cli.Cli.ham;
import static ham.cli.Cli.testdata;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import ham.merge.io.JsonFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ExperimentCommandTest {
    @TempDir
    private static Path shared;

    @TempDir
    private Path temp;

    @BeforeAll
    static void makeImages() throws IOException {
        NoiseImages.write(shared);
    }

    private static Cli experiment(String kind, Path out, Object... more) {
        List<Object> arguments = new ArrayList<>(List.of("experiment", kind, "--base", testdata("hf-vit-tiny")));
        arguments.addAll(List.of("--data", shared, "--out", out, "--epochs", 1, "--batch", 8, "--rank", 2));
        arguments.addAll(List.of("--projection", 32, "--threads", 1, "--train-images", 6));
        arguments.addAll(List.of(more));
        return ham(arguments.toArray());
    }

    @Test
    void aComparisonEndsInTablesAndChartsAndIsKept() throws IOException {
        Path out = temp.resolve("compare");
        Object[] options = {
            "--tasks",
            2,
            "--orders",
            "1993,natural",
            "--methods",
            "frozen,linear,ties,ham,joint",
            "--keep",
            "0.5",
            "--no-flip",
            "--variant",
            "ham-shared:init=shared,targets=query,value,groups=1"
        };
        Cli first = experiment("compare", out, options).succeeds();
        assertThat(first.err())
                .contains("run 1 of 12: frozen, order 1993", "run 12 of 12: ham-shared, order natural, about");
        assertThat(first.out()).startsWith("| head | method |").contains("| analytic | ties | 2 |", " ± ");
        JsonNode results = JsonFiles.read(out.resolve("results.json"), "results");
        assertThat(results.path("experiment").asText()).isEqualTo("compare");
        assertThat(results.path("runs")).hasSize(12);
        assertThat(results.path("summary")).hasSize(18);
        JsonNode variant = results.path("runs").path(5).path("configuration");
        assertThat(variant.path("init").asText()).isEqualTo("shared");
        assertThat(variant.path("targets")).hasSize(2);
        assertThat(variant.path("groups").asInt()).isEqualTo(1);
        assertThat(variant.path("keep").asDouble()).isEqualTo(0.5);
        assertThat(variant.path("flip").asBoolean()).isFalse();
        assertThat(Files.readAllLines(out.resolve("results.csv"))).hasSize(1 + 12 * 3);
        assertThat(Files.readString(out.resolve("anytime.csv")))
                .contains("joint,natural,linear,0,", "ham,1993,analytic,1,");
        assertThat(Files.readString(out.resolve("report.html")))
                .contains("Accuracy over tasks, analytic head", "McNemar");
        assertThat(results.path("paired")).hasSize(15 * 3);
        assertThat(Files.readAllLines(out.resolve("paired.csv"))).hasSize(1 + 15 * 3);
        try (Stream<Path> charts = Files.list(out.resolve("charts"))) {
            assertThat(charts.map(each -> each.getFileName().toString()))
                    .contains("r-of-ham-order-1993-analytic-head.svg", "scalars-over-tasks-ham-order-1993.svg");
        }
        assertThat(out.resolve("runs/ties-order1993/adapters/000/ham.json")).exists();
        assertThat(out.resolve("runs/ham-order1993/merged/merged.safetensors")).exists();
        assertThat(ham("inspect", out.resolve("runs/ham-order1993")).succeeds().out())
                .contains("merged model, analytic head (not exported)", "no ONNX file: 'ham export --base");

        JsonNode again = experiment(
                        "compare",
                        out,
                        Stream.concat(Stream.of(options), Stream.of("--json")).toArray())
                .succeeds()
                .json();
        assertThat(again.path("runs")).isEqualTo(results.path("runs"));
        Cli other = experiment("compare", out, "--tasks", 2, "--methods", "ham", "--no-flip");
        assertThat(other.exitCode()).isEqualTo(1);
        assertThat(other.err().lines().reduce((before, last) -> last).orElseThrow())
                .contains("ham-order1993", "keep", "expected 0.5, found 0.6");
        experiment("groups", out).failsWith(1, "results of the experiment groups", "found those of compare");
    }

    @Test
    void theOtherExperimentsRun() {
        Path sanity = temp.resolve("sanity");
        experiment("sanity", sanity, "--methods", "linear,ham-independent").succeeds();
        JsonNode runs =
                JsonFiles.read(sanity.resolve("results.json"), "results").path("runs");
        assertThat(runs.findValuesAsText("name"))
                .contains("alike-linear", "alike-ham-independent", "dissimilar-linear", "dissimilar-ham-independent");
        assertThat(runs.path(0).path("configuration").path("order").asText()).matches("\\d,\\d,\\d,\\d");
        assertThat(runs.path(0).path("configuration").path("order"))
                .isNotEqualTo(runs.path(2).path("configuration").path("order"));

        Cli ablation = experiment("ablation", temp.resolve("ablation"), "--tasks", 2, "--values", "1.0,0.1")
                .succeeds();
        assertThat(ablation.out()).contains("| keep-1.0 |", "| keep-0.1 |");
        Cli groups = experiment("groups", temp.resolve("groups"), "--tasks", 3, "--values", "1,2")
                .succeeds();
        assertThat(groups.out()).contains("| groups-1 |", "| groups-2 |");
    }

    /** Its cut of the classes and its parameters are taken; methods and orders are the experiment's, and what is typed counts. */
    @Test
    void everyRunBeginsWithThePreset() throws IOException {
        Path preset = temp.resolve("ours.json");
        Files.writeString(
                preset,
                """
                {"init_cls": 2, "increment": 2, "model_name": "ties", "seed": [7], "lr-decay": 0.5, "tuned_epoch": 9,
                 "drift": "linear", "guard": "0.5"}
                """);
        Path out = temp.resolve("preset");
        experiment("compare", out, "--preset", preset, "--methods", "frozen,ham")
                .succeeds();
        JsonNode runs = JsonFiles.read(out.resolve("results.json"), "results").path("runs");
        assertThat(runs.findValuesAsText("name")).containsExactly("frozen", "ham");
        for (JsonNode run : runs) {
            JsonNode configuration = run.path("configuration");
            assertThat(configuration.path("tasks").asInt()).isEqualTo(2);
            assertThat(configuration.path("drift").asText()).isEqualTo("linear");
            assertThat(configuration.path("epochs").asInt()).isEqualTo(1);
            assertThat(configuration.path("seed").asInt()).isEqualTo(7);
            assertThat(configuration.path("order").asText()).isEqualTo("1993");
            assertThat(configuration.path("guard").asText()).isEqualTo("0.5");
        }
        assertThat(runs.path(1).path("configuration").path("lr-decay").asDouble())
                .isEqualTo(0.5);
    }

    /** A group of one adapter that is not pruned is that adapter; one group is all groups. */
    @Test
    void groupsAreComparedWithTheirMembers() throws IOException {
        Path out = temp.resolve("members");
        Cli alone = experiment(
                        "members",
                        out,
                        "--tasks",
                        3,
                        "--keep",
                        "1.0",
                        "--tau",
                        "1.1",
                        "--methods",
                        "ham-independent,ham")
                .succeeds();
        assertThat(alone.out()).startsWith("| run | order | head | group |").contains("members.html has the charts");
        JsonNode runs = JsonFiles.read(out.resolve("members.json"), "members").path("runs");
        assertThat(runs).hasSize(2);
        for (JsonNode run : runs) {
            assertThat(run.path("members")).hasSize(3);
            for (JsonNode member : run.path("members")) {
                assertThat(member.path("size").asInt()).isOne();
                for (String head : List.of("linear", "prototype")) {
                    assertThat(member.path(head).path("group").asDouble(-1))
                            .isEqualTo(member.path(head).path("own").asDouble());
                }
            }
        }
        assertThat(Files.readAllLines(out.resolve("members.csv"))).hasSize(1 + 2 * 3 * 2);
        assertThat(Files.readString(out.resolve("members.html"))).contains("Groups against their members");

        Path one = temp.resolve("one");
        experiment("members", one, "--tasks", 3, "--keep", "0.5", "--groups", 1).succeeds();
        JsonNode members = JsonFiles.read(one.resolve("members.json"), "members")
                .path("runs")
                .path(0)
                .path("members");
        members.forEach(member -> {
            assertThat(member.path("size").asInt()).isEqualTo(3);
            assertThat(member.path("linear").path("merged").asDouble(-1))
                    .isEqualTo(member.path("linear").path("group").asDouble());
        });
        assertThat(experiment("members", temp.resolve("ties"), "--tasks", 2, "--methods", "ties")
                        .exitCode())
                .isNotZero();
    }

    @Test
    void imagesThatAreLeftOutAreNamedOnce() throws IOException {
        Path data = temp.resolve("data");
        NoiseImages.write(data);
        Files.writeString(data.resolve("train/colour0/torn.png"), "no image");
        Path out = temp.resolve("out");
        Object[] arguments = {
            "experiment",
            "compare",
            "--base",
            testdata("hf-vit-tiny"),
            "--data",
            data,
            "--out",
            out,
            "--tasks",
            2,
            "--methods",
            "linear,frozen",
            "--epochs",
            1,
            "--rank",
            2,
            "--projection",
            32,
            "--threads",
            1
        };
        Cli stopped = ham(arguments);
        assertThat(stopped.exitCode()).isEqualTo(1);
        assertThat(stopped.err()).contains("torn.png", "--on-bad-image skip");
        Cli skipped = ham(Stream.concat(Stream.of(arguments), Stream.of("--on-bad-image", "skip"))
                        .toArray())
                .succeeds();
        assertThat(skipped.err().lines().filter(line -> line.contains("torn.png")))
                .singleElement()
                .asString()
                .startsWith("ham: warning: ")
                .endsWith("; left out");
        for (String run : List.of("linear-order1993", "frozen-order1993")) {
            JsonNode record = JsonFiles.read(out.resolve("runs").resolve(run).resolve("run.json"), "record");
            assertThat(record.path("skipped_images").toString()).contains("torn.png");
        }
    }

    /** An experiment with options, and what the one line says. */
    static Stream<Arguments> wrongUsage() {
        return Stream.of(
                arguments("compare --methods magic", List.of("--methods", "ham-independent", "found 'magic'")),
                arguments("compare --order 1993", List.of("--order")),
                arguments("compare --orders first", List.of("--order", "found 'first'")),
                arguments("compare --keep 2", List.of("--keep")),
                arguments("compare --tasks 2 --variant a:order=1", List.of("--variant", "for a", "found 'order=1'")),
                arguments("compare --tasks 2 --variant ../a:keep=1", List.of("--variant", "NAME")),
                arguments("compare --tasks 2 --variant ham:keep=1", List.of("--variant", "found ham twice")),
                arguments("compare --tasks 2 --orders 1993,1994,1993", List.of("--orders", "found 1993 twice")),
                arguments("compare --tasks 2 --methods ham,ham", List.of("--methods", "found ham twice")),
                arguments("ablation --tasks 2 --values 0.5,0.5", List.of("--values", "found 0.5 twice")),
                arguments(
                        "compare --tasks 2 --methods ham --variant a:keep=1 --variant a:keep=0.5",
                        List.of("--variant", "found a twice")),
                arguments(
                        "sanity --tasks 2 --methods ham --variant a:keep=1 --variant a:keep=0.5",
                        List.of("--variant", "found a twice")),
                arguments(
                        "sanity --tasks 2 --methods ham --variant ham:keep=1", List.of("--variant", "found ham twice")),
                arguments("compare --preset nothing", List.of("--preset", "found 'nothing'")),
                arguments("sanity --preset far --tasks 3", List.of("--tasks", "expected 2", "found 3")),
                arguments("sanity --tasks 3", List.of("--tasks", "expected 2", "found 3")));
    }

    @ParameterizedTest(name = "ham experiment {0}")
    @MethodSource("wrongUsage")
    void wrongUsageIsOneLineAndExitCodeTwo(String words, List<String> parts) {
        String[] all = words.split(" ", -1);
        experiment(all[0], temp.resolve("out"), (Object[]) Arrays.copyOfRange(all, 1, all.length))
                .failsWith(2, parts.toArray(String[]::new));
    }

    @Test
    void moreTasksThanClassesAreWrongUsage() {
        Cli many = experiment("compare", temp.resolve("out"), "--tasks", 9, "--methods", "ham");
        assertThat(many.exitCode()).isEqualTo(2);
        assertThat(many.err()).contains("--tasks: expected 1 to 4", "found 9");
    }

    @Test
    void anExperimentIsNamed() {
        ham("experiment").failsWith(2, "compare, sanity, ablation, groups or members");
    }

    @Test
    void aFolderOfSomethingElseIsLeftAlone() throws IOException {
        Path out = Files.createDirectories(temp.resolve("out"));
        Files.writeString(out.resolve("notes"), "mine");
        experiment("compare", out, "--tasks", 2).failsWith(1, "found something else");
    }
}
