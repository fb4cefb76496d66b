package ham.cli;

import static ham.cli.Cli.ham;
import static ham.cli.Cli.testdata;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.folder.Merged;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code ham merge --onto} and {@code --as peft}. */
class MergeContinueTest {
    private static final Path BASE = testdata("hf-vit-tiny");

    @TempDir
    private Path temp;

    @ParameterizedTest
    @ValueSource(strings = {"ham", "linear", "cat", "task-arithmetic", "ties", "dare", "magnitude", "svd"})
    void goingOnGivesTheBytesOfAMergeFromTheStart(String method) throws IOException {
        Path start = merge("start", adapters(0, 2, 3, 4), "--method", method, "--base", BASE);
        Path three = merge("three", adapters(0, 1, 2, 3), "--method", method, "--base", BASE);
        Path result = merge("result", adapters(4), "--onto", three, "--without", "adapter1", "--base", BASE);
        assertSameMerge(result, start);
    }

    @Test
    void withoutTheBaseTheNamesAreTheirOwn() throws IOException {
        Path start = merge("start", adapters(5, 2), "--keep", "0.4", "--alpha", "2,0.5");
        Path one = merge("one", adapters(5, 3), "--keep", "0.4", "--alpha", "2,1");
        assertSameMerge(merge("result", adapters(2), "--onto", one, "--without", "adapter3", "--alpha", "0.5"), start);
    }

    /** All but what says where and by which command it was made. */
    private static void assertSameMerge(Path found, Path expected) throws IOException {
        for (String file : List.of("merged.safetensors", "groups.safetensors")) {
            assertThat(found.resolve(file)).hasSameBinaryContentAs(expected.resolve(file));
        }
        assertThat(withoutCommand(found)).isEqualTo(withoutCommand(expected)).isNotEmpty();
    }

    private static List<String> withoutCommand(Path merged) throws IOException {
        return Files.readAllLines(merged.resolve("merge.json")).stream()
                .filter(line -> !line.contains("\"command\""))
                .toList();
    }

    @Test
    void anEarlierMergeBecomesAPeftAdapterThatMergesToTheSameDeltas() {
        Path merged = merge("merged", adapters(0, 1, 2, 3, 4, 5), "--base", BASE);
        JsonNode record = ham("merge", "--onto", merged, "--as", "peft", "--out", temp.resolve("peft"), "--json")
                .succeeds()
                .json();
        assertThat(record.path("lost").asDouble()).isZero();
        assertThat(record.path("rank").asInt()).isEqualTo(4 + 4 + 8 + 4 + 8 + 4);
        assertThat(record.path("out").asText()).isEqualTo(temp.resolve("peft").toString());
        Path again = merge("again", List.of(temp.resolve("peft")), "--method", "cat", "--base", BASE);
        assertClose(again, merged, 1e-6);
        Path direct = merge("direct", adapters(0, 1, 2, 3, 4, 5), "--as", "peft", "--base", BASE);
        assertThat(direct.resolve("adapter_model.safetensors"))
                .hasSameBinaryContentAs(temp.resolve("peft/adapter_model.safetensors"));
        assertThat(direct.resolve("adapter_config.json"))
                .hasSameBinaryContentAs(temp.resolve("peft/adapter_config.json"));
    }

    private static void assertClose(Path found, Path expected, double tolerance) {
        var first = Merged.read(found).deltas();
        Merged.read(expected).deltas().forEach((weight, delta) -> {
            float largest = 0;
            for (float each : delta.data()) {
                largest = Math.max(largest, Math.abs(each));
            }
            assertThat(first.get(weight).data()).containsExactly(delta.data(), within((float) (tolerance * largest)));
        });
    }

    @Test
    void aRankCutsTheOutputAndTheLossIsTold() {
        Cli cut = ham(arguments(
                        adapters(0, 1), "--as", "peft", "--method", "ties", "--rank", "3", "--out", temp.resolve("x")))
                .succeeds();
        assertThat(cut.out()).contains("as a PEFT adapter of rank 3; lost energy: ");
        ham(arguments(adapters(0, 1), "--as", "peft", "--method", "svd", "--rank", "2", "--out", temp.resolve("y")))
                .succeeds();
        ham(arguments(adapters(0, 1), "--as", "peft", "--method", "ties", "--out", temp.resolve("z")))
                .failsWith(2, "--rank: expected the rank to cut a merge by ties to");
        ham(arguments(adapters(0, 1), "--rank", "3", "--out", temp.resolve("z")))
                .failsWith(2, "--rank");
        ham(arguments(adapters(0, 1), "--as", "mergekit", "--out", temp.resolve("z")))
                .failsWith(2, "--as: expected one of peft, found 'mergekit'");
        ham(arguments(adapters(0, 1), "--as", "peft", "--rank", "0", "--out", temp.resolve("z")))
                .failsWith(2, "--rank: expected at least 1, found 0");
    }

    @ParameterizedTest
    @CsvSource({
        "--keep,0.5",
        "--tau,0.2",
        "--groups,3",
        "--join,fold",
        "--combine,mean",
        "--method,ham",
        "--mode,independent",
        "--density,0.5",
        "--rank,3",
        "--config,x.yaml",
        "--layer,x:keep=0.5"
    })
    void whatIsRecordedCannotBeChanged(String option, String value) {
        ham(
                        "merge",
                        "--onto",
                        temp.resolve("m"),
                        testdata("peft-adapters/v4-names/adapter0"),
                        option,
                        value,
                        "--out",
                        temp.resolve("z"))
                .failsWith(
                        2, option + ": expected an option that leaves the recorded parameters of --onto as they are");
    }

    @Test
    void wrongUsesAreTold() {
        Path merged = merge("merged", adapters(0, 1), "--method", "cat");
        Path out = temp.resolve("z");
        ham("merge", "--out", out).failsWith(2, "expected adapters to merge");
        ham("merge", "--onto", merged, "--out", out)
                .failsWith(2, "--onto: expected adapters to add, --without ADAPTER or --as peft, found none of them");
        ham(arguments(adapters(0), "--without", "adapter1", "--out", out))
                .failsWith(2, "--without: expected --onto MERGED");
        ham(arguments(adapters(2), "--onto", merged, "--alpha", "1", "--out", out))
                .failsWith(2, "--alpha: expected --weight with the method cat");
        ham("merge", "--onto", merged, "--without", "b", "--out", out)
                .failsWith(2, "--without: expected the name of an adapter of " + merged, "(adapter0, adapter1)");
        ham("merge", "--onto", merged, "--without", "adapter0", "--without", "adapter1", "--out", out)
                .failsWith(2, "--without: expected to leave at least one adapter");
        ham("merge", "--onto", merged, "--without", "adapter0", "--out", merged, "--force")
                .failsWith(1, "would be lost or changed");
        assertThat(out).doesNotExist();
        ham("merge", "--onto", merged, "--without", "adapter0", "--dry-run").succeeds();
    }

    @Test
    void takingOutWhatLaterAdaptersWereTrainedBesideIsWarnedAbout() throws IOException {
        List<Path> run = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Path folder = Files.createDirectory(temp.resolve("task" + i));
            try (Stream<Path> files = Files.list(testdata("peft-adapters/v4-names/adapter" + i))) {
                for (Path file : files.toList()) {
                    Files.copy(file, folder.resolve(file.getFileName()));
                }
            }
            Files.writeString(
                    folder.resolve("ham.json"),
                    "{\"task\": " + i + ", \"mode\": \"sequential\", \"group_alphas\": [" + (i == 0 ? "" : "0.9")
                            + "]}");
            run.add(folder);
        }
        Path merged = merge("merged", run, "--groups", "1");
        Cli rest = ham("merge", "--onto", merged, "--without", "task1", "--out", temp.resolve("rest"), "--json")
                .succeeds();
        assertThat(rest.err()).contains("without task1: later adapters (task2) were trained beside what is taken out");
        assertThat(rest.json().path("mode").asText()).isEqualTo("independent");
        Cli shorter = ham("merge", "--onto", merged, "--without", "task2", "--out", temp.resolve("shorter"), "--json")
                .succeeds();
        assertThat(shorter.err()).isEmpty();
        assertThat(shorter.json().path("mode").asText()).isEqualTo("sequential");
    }

    @Test
    void aNewAdapterOfATakenNameIsToldApartByTheFoldersAboveIt() throws IOException {
        Path cats = copied("cats/final", 0);
        Path dogs = copied("dogs/final", 1);
        Path merged = merge("merged", List.of(cats));
        JsonNode both = ham("merge", "--onto", merged, dogs, "--dry-run", "--json")
                .succeeds()
                .json();
        assertThat(both.path("adapters").findValuesAsText("adapter")).containsExactly("final", "dogs-final");
        JsonNode instead = ham("merge", "--onto", merged, dogs, "--without", "final", "--dry-run", "--json")
                .succeeds()
                .json();
        assertThat(instead.path("adapters").findValuesAsText("adapter")).containsExactly("final");
    }

    private Path copied(String name, int number) throws IOException {
        Path folder = Files.createDirectories(temp.resolve(name));
        for (String file : List.of("adapter_config.json", "adapter_model.safetensors")) {
            Files.copy(testdata("peft-adapters/v4-names/adapter" + number).resolve(file), folder.resolve(file));
        }
        return folder;
    }

    @Test
    void aRecordWithoutParametersIsShown() throws IOException {
        Path merged = merge("merged", adapters(0, 1), "--method", "ties");
        Path record = merged.resolve("merge.json");
        ObjectNode json = (ObjectNode) new ObjectMapper().readTree(record.toFile());
        json.remove("parameters");
        Files.writeString(record, json.toString());
        assertThat(ham("inspect", merged).succeeds().out()).startsWith("ties merge, independent\n");
    }

    private Path merge(String out, List<Path> adapters, Object... options) {
        List<Object> all = new ArrayList<>(List.of(options));
        all.addAll(List.of("--out", temp.resolve(out)));
        ham(arguments(adapters, all.toArray())).succeeds();
        return temp.resolve(out);
    }

    private static List<Path> adapters(int... numbers) {
        List<Path> folders = new ArrayList<>();
        for (int number : numbers) {
            folders.add(testdata("peft-adapters/v4-names/adapter" + number));
        }
        return folders;
    }

    private static Object[] arguments(List<Path> adapters, Object... more) {
        List<Object> all = new ArrayList<>();
        all.add("merge");
        all.addAll(adapters);
        all.addAll(List.of(more));
        return all.toArray();
    }
}
