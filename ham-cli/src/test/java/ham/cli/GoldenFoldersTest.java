package ham.cli;

import static ham.cli.Cli.ham;
import static ham.cli.Cli.testdata;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import ham.common.Sha256;
import ham.report.BenchReport;
import ham.report.bench.BenchDocument;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What version 0.1.0 wrote is read as it was then; {@code testdata/golden/README.md} says how each folder was made. */
class GoldenFoldersTest {
    private static final Path GOLDEN = testdata("golden/0.1.0");
    private static final Path BASE = testdata("hf-vit-tiny");
    private static final Path DATA = testdata("fashion-mnist");
    private static final Path PEFT = testdata("peft-adapters/v4-names");

    @TempDir
    private Path folder;

    private static JsonNode read(Path file) throws IOException {
        return JsonMapper.builder().build().readTree(file.toFile());
    }

    private static List<Double> numbers(JsonNode list, String key) {
        return StreamSupport.stream(list.spliterator(), false)
                .map(each -> each.path(key).asDouble())
                .toList();
    }

    private static void isNear(List<Double> found, Double... expected) {
        assertThat(found).hasSize(expected.length);
        for (int i = 0; i < expected.length; i++) {
            assertThat(found.get(i)).isCloseTo(expected[i], within(1e-6 * Math.max(1, Math.abs(expected[i]))));
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            files.forEach(each -> {
                try {
                    Files.copy(each, to.resolve(from.relativize(each).toString()));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }

    @Test
    void aMergeFolderTellsItsGroupsAndSimilarities() {
        JsonNode merge =
                ham("inspect", GOLDEN.resolve("merge-ham"), "--json").succeeds().json();
        assertThat(numbers(merge.path("steps"), "group")).containsExactly(0.0, 0.0, 0.0, 1.0, 1.0, 2.0);
        isNear(numbers(merge.path("groups"), "norm"), 30.622451876435374, 21.9402078100338, 10.844010129198303);
        assertThat(merge.path("similarity").path("cosines").get(0).get(1).asDouble())
                .isCloseTo(0.828, within(5e-4));
    }

    /** The deltas are those of a merge of today: norms agree, and so do the logits of the models that both give. */
    @Test
    void deltasOfAMergeFolderAreThoseOfToday() throws IOException {
        for (String name : List.of("merge-ham", "merge-ties")) {
            Path old = GOLDEN.resolve(name);
            Path again = folder.resolve(name);
            Object[] adapters = Stream.of(0, 1, 2, 3, 4, 5)
                    .limit(name.equals("merge-ham") ? 6 : 3)
                    .map(number -> PEFT.resolve("adapter" + number))
                    .toArray();
            Stream<Object> method =
                    name.equals("merge-ham") ? Stream.of() : Stream.of("--method", "ties", "--density", "0.3");
            ham(Stream.concat(
                                    Stream.concat(Stream.of("merge"), Stream.of(adapters)),
                                    Stream.concat(method, Stream.of("--base", BASE, "--out", again)))
                            .toArray())
                    .succeeds();
            Double[] norms = numbers(read(old.resolve("merge.json")).path("weights"), "norm")
                    .toArray(Double[]::new);
            isNear(numbers(read(again.resolve("merge.json")).path("weights"), "norm"), norms);
            assertThat(logits(old, name + "-old")).isEqualTo(logits(again, name + "-again"));
        }
    }

    /** Logits of the base with a merge, to three decimals. */
    private List<String> logits(Path merged, String name) throws IOException {
        Path model = folder.resolve(name + ".onnx");
        ham("export", "--base", BASE, "--merged", merged, "--out", model).succeeds();
        Path out = folder.resolve(name + ".safetensors");
        ham("run", model, "--tensors", BASE.resolve("inputs.safetensors"), "--out", out)
                .succeeds();
        byte[] bytes = Files.readAllBytes(out);
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        buffer.position(8 + (int) buffer.getLong(0));
        return Stream.generate(() -> String.format("%.3f", buffer.getFloat()))
                .limit(buffer.remaining() / Float.BYTES)
                .toList();
    }

    @Test
    void aMergeFolderGoesOn() throws IOException {
        ham("merge", "--onto", GOLDEN.resolve("merge-ham"), "--without", "adapter4", "--out", folder.resolve("less"))
                .succeeds();
        JsonNode less = read(folder.resolve("less/merge.json"));
        isNear(numbers(less.path("groups"), "norm"), 30.622451876435374, 11.217774155716036, 10.844010129198303);
        isNear(numbers(less.path("weights"), "norm").subList(0, 1), 12.245455660778212);

        ham("merge", "--onto", GOLDEN.resolve("merge-ties"), PEFT.resolve("adapter3"), "--out", folder.resolve("more"))
                .succeeds();
        JsonNode more = read(folder.resolve("more/merge.json"));
        assertThat(more.path("method").asText()).isEqualTo("ties");
        assertThat(more.path("parameters").path("density").asDouble()).isEqualTo(0.3);
        assertThat(more.path("steps")).hasSize(4);
    }

    @Test
    void aRunIsInspectedAndItsModelEvaluatedAsThen() {
        JsonNode run =
                ham("inspect", GOLDEN.resolve("run"), "--json").succeeds().json();
        assertThat(run.path("last_accuracy").asDouble()).isEqualTo(0.489);
        assertThat(run.path("parity").path("passed").asBoolean()).isTrue();
        assertThat(run.path("metrics")
                        .path("variants")
                        .path("ham/linear")
                        .path("last")
                        .asDouble())
                .isEqualTo(0.282);

        JsonNode eval = ham(
                        "eval",
                        GOLDEN.resolve("run/model.onnx"),
                        "--data",
                        DATA,
                        "--run",
                        GOLDEN.resolve("run"),
                        "--json")
                .succeeds()
                .json();
        // An image or two of a thousand may lie between two classes, where the last bits of another processor decide.
        assertThat(eval.path("accuracy").asDouble()).isCloseTo(0.489, within(0.003));
        assertThat(eval.path("images").asInt()).isEqualTo(1000);
        assertThat(eval.path("tasks").get(4).path("classes").get(0).asText()).isEqualTo("Ankle boot");
        assertThat(eval.path("tasks").get(4).path("task").asInt()).isEqualTo(4);
        assertThat(run.path("evaluation").path("tasks").get(4).has("task")).isFalse();
    }

    private static Object[] training(Path out, Object... more) {
        Stream<Object> same = Stream.of("train", "--base", BASE, "--data", DATA, "--tasks", 5, "--rank", 2);
        Stream<Object> recipe = Stream.of(
                "--projection", 64, "--epochs", 2, "--batch", 16, "--train-images", 40, "--any-time-images", 10);
        Stream<Object> place = Stream.of("--precision", "fp32", "--threads", 1, "--out", out);
        return Stream.of(same, recipe, place, Stream.of(more))
                .flatMap(part -> part)
                .toArray();
    }

    @Test
    void aFinishedRunHasNothingToResume() throws IOException {
        Path run = Files.createDirectory(folder.resolve("copy")).resolve("run");
        copy(GOLDEN.resolve("run"), run);
        Cli resumed = ham(training(run, "--resume")).succeeds();
        assertThat(resumed.err()).contains("is finished; there is nothing to resume");
        ham(training(run)).failsWith(1, run.toString());
    }

    /** What 0.1.0 did not know yet is then as {@code --help} says, and not as it was. */
    @Test
    void aRunThatIsReplacedLeavesNothingBehind() throws IOException {
        Path run = folder.resolve("run");
        copy(GOLDEN.resolve("run"), run);
        ham(training(run, "--force", "--method", "frozen")).succeeds();
        JsonNode configuration = read(run.resolve("run.json")).path("configuration");
        assertThat(configuration.path("method").asText()).isEqualTo("frozen");
        assertThat(configuration.path("guard").asText()).isEqualTo("0.5");
    }

    /** A run that 0.1.0 was stopped in comes to the end that 0.1.0 came to. */
    @Test
    void aStoppedRunIsResumed() throws IOException {
        copy(GOLDEN.resolve("stopped.partial"), folder.resolve("stopped.partial"));
        Path run = folder.resolve("stopped");
        JsonNode resumed = ham(training(run, "--resume", "--json")).succeeds().json();
        assertThat(resumed.path("last_accuracy").asDouble()).isCloseTo(0.489, within(0.02));
        assertThat(Files.mismatch(
                        run.resolve("adapters/002/adapter_model.safetensors"),
                        GOLDEN.resolve("run/adapters/002/adapter_model.safetensors")))
                .isEqualTo(-1);
        Path last = Path.of("adapters/004/ham.json");
        assertThat(read(run.resolve(last)).path("alpha").asDouble())
                .isCloseTo(
                        read(GOLDEN.resolve("run").resolve(last)).path("alpha").asDouble(), within(1e-4));
    }

    @Test
    void aPatchGivesTheRecordedModel() throws IOException {
        Path model = folder.resolve("model.onnx");
        Path before = GOLDEN.resolve("run/model.onnx");
        ham("export", "--apply", GOLDEN.resolve("patch/without.hampatch"), "--base", before, "--out", model)
                .succeeds();
        assertThat(Sha256.of(Files.readAllBytes(before)))
                .isEqualTo("9d95e8e7ce4171778460345db7ca3027089d776c327b5fd4b8cdeca853f378de");
        assertThat(Sha256.of(Files.readAllBytes(model)))
                .isEqualTo("3e976c6d023df6b40c932d057674f1b5857b7a7b1c1a5c9c3371a7b8076d166a");
    }

    @Test
    void aServingComparisonStillMakesAPage() throws IOException {
        String page = new BenchReport(BenchDocument.read(GOLDEN.resolve("bench/bench.json"))).html();
        assertThat(page).startsWith("<!DOCTYPE html>").contains("per-task", "SingleStream", "Server", "16.6");
    }
}
