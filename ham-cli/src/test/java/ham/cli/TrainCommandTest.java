package ham.cli;

import static ham.cli.Cli.ham;
import static ham.cli.Cli.testdata;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import ham.merge.io.JsonFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole chain on a tiny model and four classes of coloured noise. */
class TrainCommandTest {
    private static final Path BASE = testdata("hf-vit-tiny");
    private static final Path INPUTS = BASE.resolve("inputs.safetensors");

    @TempDir
    private static Path shared;

    private static Path data;

    @TempDir
    private Path temp;

    @BeforeAll
    static void makeImages() throws IOException {
        data = shared.resolve("data");
        NoiseImages.write(data);
    }

    private static Cli train(Path out, int tasks, int epochs, Object... more) {
        return TinyTraining.train(BASE, data, out, tasks, epochs, more);
    }

    @Test
    void aRunHoldsEverythingAndItsPartsFitTogether() throws IOException {
        Path run = temp.resolve("run");
        JsonNode result = train(run, 2, 2).succeeds().json();
        assertThat(result.path("last_accuracy").asDouble()).isBetween(0.5, 1.0);
        assertThat(result.path("chance").asDouble()).isEqualTo(0.25);
        assertThat(result.path("parity").path("passed").asBoolean()).isTrue();
        assertThat(result.path("parity").path("differences").has("engine")).isTrue();
        assertThat(result.path("metrics").path("last").asDouble())
                .isCloseTo(result.path("last_accuracy").asDouble(), within(0.05));
        assertThat(temp.resolve("run.partial")).doesNotExist();
        for (String part : new String[] {
            "run.json",
            "metrics.json",
            "model.onnx",
            "report.html",
            "merged/merge.json",
            "merged/labels.txt",
            "adapters/000/adapter_config.json",
            "adapters/001/ham.json",
            "adapters/001/head.safetensors",
            "heads/linear.safetensors"
        }) {
            assertThat(run.resolve(part)).exists();
        }

        Path again = temp.resolve("again");
        ham("merge", run.resolve("adapters/000"), run.resolve("adapters/001"), "--out", again, "--base", BASE)
                .succeeds();
        assertThat(again.resolve("merged.safetensors"))
                .hasSameBinaryContentAs(run.resolve("merged/merged.safetensors"));
        assertThat(again.resolve("head.safetensors")).hasSameBinaryContentAs(run.resolve("merged/head.safetensors"));

        JsonNode evaluated = ham("eval", run.resolve("model.onnx"), "--data", data, "--json")
                .succeeds()
                .json();
        assertThat(evaluated.path("accuracy").asDouble())
                .isEqualTo(result.path("last_accuracy").asDouble());
        assertThat(evaluated.path("tasks")).hasSize(2);
        assertThat(evaluated.path("tasks").path(0).path("classes")).hasSize(2);
        String second = evaluated.path("tasks").path(1).path("classes").path(0).asText();
        Path part = temp.resolve("part.csv");
        Files.writeString(
                part, "path,label\n" + data.resolve("test").resolve(second).resolve("0.png") + "," + second + "\n");
        assertThat(ham("eval", run.resolve("model.onnx"), "--data", part)
                        .succeeds()
                        .out())
                .containsPattern("(?m)^1 +1 ")
                .doesNotContainPattern("(?m)^0 ");

        benchServesTheRun(run);

        train(run, 2, 2).failsWith(1, "exists already", "--force");
        ham("merge", run.resolve("adapters/000"), "--out", run, "--force").failsWith(1, "a folder with merge.json");
        ham("run", run.resolve("model.onnx"), "--tensors", INPUTS, "--out", run.resolve("model.onnx"), "--force")
                .failsWith(1, "would be lost");
        ham("bench", "--base", BASE, "--merged", run.resolve("merged"), "--adapters", run.resolve("adapters/001"))
                .failsWith(1, "expected the 2 adapters", "found 1");
        ham("inspect", run).succeeds();
        assertThat(train(run, 2, 2, "--resume").succeeds().json().path("last_accuracy"))
                .isEqualTo(result.path("last_accuracy"));
    }

    @Test
    void statesAreReplayedAndHeadsFollowThem() {
        Object[] states = {
            "--blocks",
            3,
            "--targets",
            "attention_output,fc1,fc2",
            "--replay",
            8,
            "--replay-hold",
            0.5,
            "--drift",
            "states"
        };
        Path run = temp.resolve("run");
        JsonNode result = train(run, 2, 2, states).succeeds().json();
        assertThat(result.path("last_accuracy").asDouble()).isBetween(0.5, 1.0);
        assertThat(result.path("parity").path("passed").asBoolean()).isTrue();
        JsonNode config = JsonFiles.read(run.resolve("run.json"), "a record").path("configuration");
        assertThat(config.path("replay").asInt()).isEqualTo(8);
        assertThat(config.path("replay-hold").asDouble()).isEqualTo(0.5);
        assertThat(config.path("drift").asText()).isEqualTo("states");
        states[7] = 0.1;
        List<Object> resumed = new ArrayList<>(List.of(states));
        resumed.add("--resume");
        train(run, 2, 2, resumed.toArray()).failsWith(1, "replay-hold", "0.5", "0.1");
    }

    private static void benchServesTheRun(Path run) throws IOException {
        JsonNode bench = ham(
                        "bench",
                        run,
                        "--requests",
                        5,
                        "--threads",
                        1,
                        "--minutes",
                        0.5,
                        "--seconds",
                        2,
                        "--tasks",
                        2,
                        "--data",
                        data,
                        "--traffic",
                        "bursts",
                        "--json")
                .succeeds()
                .json();
        JsonNode results = bench.path("results");
        List<String> strategies = List.of("merged", "per-task", "reload", "shared", "adapters");
        List<String> expected = new ArrayList<>();
        for (int scenario = 0; scenario < 4; scenario++) {
            expected.addAll(strategies);
        }
        assertThat(results.findValuesAsText("strategy")).isEqualTo(expected);
        assertThat(bench.path("plan")).hasSize(5).allMatch(entry -> entry.path("skipped")
                .isNull());
        assertThat(bench.path("harness").path("below_1_percent").asBoolean()).isTrue();
        for (JsonNode each : results) {
            assertThat(each.path("tasks").asInt()).isEqualTo(2);
            assertThat(each.path("traffic").asText()).isEqualTo("bursts");
            assertThat(each.path("samples").asInt()).isPositive();
            assertThat(each.path("p99_ms").asDouble())
                    .isGreaterThanOrEqualTo(each.path("p50_ms").asDouble());
            assertThat(each.path("distribution_ms")).hasSize(201);
            assertThat(each.path("interval").path("p50_ms")).hasSize(2);
            assertThat(each.path("first_answer_ms").asDouble())
                    .isGreaterThan(each.path("load_ms").asDouble());
            assertThat(each.path("accuracy").asDouble()).isBetween(0.25, 1.0);
            assertThat(each.has("server"))
                    .isEqualTo(each.path("scenario").asText().equals("Server"));
        }
        // the same function in four forms, each told the task
        for (int i = 2; i < 5; i++) {
            assertThat(results.path(i).path("accuracy"))
                    .isEqualTo(results.path(1).path("accuracy"));
        }
        double merged = results.path(0).path("disk_mb").asDouble();
        assertThat(results.path(1).path("disk_mb").asDouble()).isGreaterThan(1.9 * merged);
        assertThat(results.path(4).path("disk_mb").asDouble()).isLessThan(1.5 * merged);
        Path out = run.resolve("bench");
        assertThat(Files.readString(out.resolve("bench.html"))).contains("per-task");
        assertThat(Files.readAllLines(out.resolve("bench.csv"))).hasSize(21);
        assertThat(Files.readAllLines(out.resolve("samples.csv"))).hasSizeGreaterThan(41);

        ham("bench", run).failsWith(1, "bench", "exists already", "--force");
        ham("bench", run, "--force", "--tasks", "1,3").failsWith(2, "--tasks", "from 1 to 2", "found 3");
        ham("bench", run, "--force", "--rate", 0).failsWith(2, "rate above 0", "found 0");
        ham("bench", run, "--force", "--load", "1.5").failsWith(2, "load", "found 1.5");
        ham("bench", run, "--force", "--strategies", "merged,fast").failsWith(2, "--strategies", "per-task", "'fast'");
        ham("bench", run, "--force", "--scenarios", "offline,offline").failsWith(2, "--scenarios", "once");
        ham("bench", run, "--force", "--traffic", "zipf", "--zipf-exponent", -1).failsWith(2, "Zipf exponent");
        ham("bench", run, "--force", "--minutes", 0).failsWith(2, "--minutes");
        ham("bench", run, "--force", "--base", testdata("timm-vit-tiny")).failsWith(1, "was trained on another base");
        ham("bench", run.resolve("merged")).failsWith(1, "run.json");
        Path bare = Files.createDirectories(shared.resolve("bare/adapters")).getParent();
        Files.copy(run.resolve("run.json"), bare.resolve("run.json"));
        ham("bench", bare).failsWith(1, "expected an adapter folder a task, found none");
    }

    @Test
    void aKilledRunGoesOnAfterItsLastFinishedTask() throws IOException, InterruptedException {
        Path run = temp.resolve("run");
        Path partial = temp.resolve("run.partial");
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "ham.cli.Main",
                        "train",
                        "--base",
                        BASE.toString(),
                        "--data",
                        data.toString(),
                        "--out",
                        run.toString(),
                        "--tasks",
                        "2",
                        "--epochs",
                        "60",
                        "--batch",
                        "8",
                        "--rank",
                        "4",
                        "--projection",
                        "64",
                        "--threads",
                        "1")
                .redirectErrorStream(true)
                .redirectOutput(temp.resolve("log").toFile())
                .start();
        while (child.isAlive() && !Files.exists(partial.resolve("checkpoints/000"))) {
            Thread.sleep(20);
        }
        assertThat(child.isAlive()).as(Files.readString(temp.resolve("log"))).isTrue();
        child.destroyForcibly().waitFor();
        byte[] first = Files.readAllBytes(partial.resolve("adapters/000/adapter_model.safetensors"));

        train(run, 2, 2).failsWith(1, "unfinished run", "--resume");
        train(run, 2, 2, "--resume").failsWith(1, "epochs", "expected 60", "found 2");
        Cli resumed = train(run, 2, 60, "--resume").succeeds();
        assertThat(resumed.err()).contains("resuming after 1 of 2 tasks");
        assertThat(run.resolve("adapters/000/adapter_model.safetensors")).hasBinaryContent(first);
        assertThat(partial).doesNotExist();
    }

    @Test
    void eachHeadCanBeExported() throws IOException {
        for (String head : new String[] {"linear", "prototype"}) {
            Path run = temp.resolve(head);
            JsonNode result = train(run, 2, 2, "--head", head).succeeds().json();
            assertThat(result.path("metrics").path("last").asDouble())
                    .isCloseTo(result.path("last_accuracy").asDouble(), within(0.05));
            Path again = temp.resolve(head + "-again");
            ham("merge", run.resolve("adapters/000"), run.resolve("adapters/001"), "--out", again)
                    .succeeds();
            assertThat(again.resolve("head.safetensors"))
                    .hasSameBinaryContentAs(run.resolve("merged/head.safetensors"));
            Files.delete(again.resolve("head.safetensors"));
            ham("export", "--base", BASE, "--merged", again, "--out", temp.resolve("headless.onnx"))
                    .failsWith(1, "head.safetensors", "no such file");
        }
    }

    /** Each method of another kind of merge; that every method does is tested where the methods are. */
    @Test
    void everyMethodThatGivesOneModelExportsIt() throws IOException {
        for (String method : new String[] {"sequential", "ties", "sd-lora", "frozen"}) {
            Path run = temp.resolve(method);
            JsonNode result = train(run, 2, 1, "--method", method, "--head", "linear", "--no-frozen")
                    .succeeds()
                    .json();
            assertThat(result.path("parity").path("passed").asBoolean()).isTrue();
            assertThat(result.path("last_accuracy").asDouble())
                    .isEqualTo(result.path("evaluation").path("accuracy").asDouble());
            assertThat(result.path("metrics").path("variants").has(method + "/prototype"))
                    .isTrue();
            assertThat(run.resolve("report.html")).exists();
            ham("inspect", run).succeeds();
            assertThat(Files.readAllLines(run.resolve("metrics.csv"))).hasSize(1 + 3 * 3);
        }
    }

    /** With a scalar for each layer: `ham merge` of a run's adapters is the run's own merge. */
    @Test
    void scalarsOfLayersComeBackFromTheAdapters() throws IOException {
        for (String method : new String[] {"ham", "sd-lora"}) {
            boolean ham = method.equals("ham");
            Path run = temp.resolve(method);
            train(run, 3, 1, "--method", method, "--scalars", "per-layer", "--no-frozen")
                    .succeeds();
            List<Object> merge = new ArrayList<>(List.of("merge"));
            for (String task : new String[] {"000", "001", "002"}) {
                merge.add(run.resolve("adapters").resolve(task));
            }
            Path merged = temp.resolve(method + "-merged");
            merge.addAll(List.of("--out", merged, "--json"));
            if (!ham) {
                merge.addAll(List.of("--method", "cat", "--trained-weights"));
            }
            JsonNode record = ham(merge.toArray()).succeeds().json();
            assertThat(merged.resolve("merged.safetensors"))
                    .hasSameBinaryContentAs(run.resolve("merged/merged.safetensors"));
            String layers = ham ? "layer_alphas" : "layer_weights";
            assertThat(record.path("steps").path(2).path(layers))
                    .hasSize(record.path("weights").size());
            assertThat(ham("inspect", run.resolve("adapters/001")).succeeds().out())
                    .contains("(mean over its layers)");
            assertThat(run.resolve("report.html")).exists();

            // The card's configuration gives the same again, and so does a continued merge.
            String card = Files.readString(merged.resolve("README.md"));
            Path yaml = temp.resolve("merge.yaml");
            Files.writeString(yaml, card.substring(card.indexOf("```yaml\n") + 8, card.lastIndexOf("```")));
            List<Object> again =
                    new ArrayList<>(List.of("merge", "--config", yaml, "--out", temp.resolve(method + "-2")));
            if (!ham) {
                assertThat(card).contains("`ham merge` with it as the configuration and the trained weights");
                again.add("--trained-weights");
            }
            ham(again.toArray()).succeeds();
            assertThat(temp.resolve(method + "-2/merged.safetensors"))
                    .hasSameBinaryContentAs(merged.resolve("merged.safetensors"));
        }
        ham(
                        "merge",
                        temp.resolve("ham/adapters/002"),
                        "--method",
                        "cat",
                        "--trained-weights",
                        "--out",
                        temp.resolve("none"))
                .failsWith(1, "--trained-weights", "expected group_alphas", "0 adapters");
        ham("merge", temp.resolve("ham/adapters/002"), "--trained-weights", "--out", temp.resolve("none"))
                .failsWith(2, "--trained-weights: expected another method than ham");
    }

    @Test
    void theOracleHasNoSingleModelAndSharesItsAdapters() {
        Path oracle = temp.resolve("oracle");
        Cli trained = train(oracle, 2, 1, "--method", "oracle", "--preprocessing", "imagenet")
                .succeeds();
        assertThat(trained.err()).contains("no single model");
        JsonNode result = trained.json();
        assertThat(result.has("parity")).isFalse();
        assertThat(result.path("last_accuracy"))
                .isEqualTo(result.path("metrics").path("last"));
        assertThat(oracle.resolve("merged")).doesNotExist();
        assertThat(oracle.resolve("model.onnx")).doesNotExist();
        assertThat(oracle.resolve("adapters/001/head.safetensors")).exists();
        assertThat(ham("inspect", oracle).succeeds().out()).contains("own adapter", "the task known");

        Path linear = temp.resolve("linear");
        Cli merged = train(linear, 2, 1, "--method", "linear", "--adapters", oracle, "--preprocessing", "imagenet")
                .succeeds();
        assertThat(merged.err()).doesNotContain("images/s");
        assertThat(linear.resolve("adapters/001/adapter_model.safetensors"))
                .hasSameBinaryContentAs(oracle.resolve("adapters/001/adapter_model.safetensors"));
        train(temp.resolve("other"), 2, 2, "--method", "linear", "--adapters", oracle)
                .failsWith(1, "adapters", "preprocessing", "expected null", "found \"imagenet\"");
        train(temp.resolve("other"), 2, 2, "--method", "linear", "--adapters", oracle, "--preprocessing", "imagenet")
                .failsWith(1, "adapters", "epochs", "expected 2", "found 1");
    }

    /** All classes at once: nothing happens over time. */
    @Test
    void jointHasNoFiguresOverTime() {
        Path run = temp.resolve("joint");
        train(run, 2, 1, "--method", "joint").succeeds();
        assertThat(ham("inspect", run).succeeds().out())
                .contains("merged model, analytic head (exported ONNX)", "frozen backbone, prototype head", "chance")
                .doesNotContain("average incremental", "forgetting");
        assertThat(run.resolve("report.html"))
                .content()
                .contains("last accuracy")
                .doesNotContain("average incremental", "forgetting", "backward transfer");
    }
}
