package ham.bench;

import static org.assertj.core.api.Assertions.assertThat;

import ham.bench.scenario.Scenario;
import ham.bench.strategy.Strategy;
import ham.export.pack.TaskAdapters;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.folder.AdapterMerge;
import ham.merge.folder.MergeFolder;
import ham.merge.io.Outputs;
import ham.report.bench.BenchDocument;
import ham.report.bench.BenchRow;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example of the package page compiles, works, and is what stands there. */
class LibraryExampleTest {
    private static final Path TESTDATA =
            Path.of(System.getProperty("ham.testdata", "../testdata")).toAbsolutePath();
    private static final String BEGIN = "        // begin\n";
    private static final String END = "        // end\n";

    @TempDir
    private Path temp;

    @Test
    void theExampleOfThePackagePageWorks() throws IOException {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream stdout = new PrintStream(printed, true, StandardCharsets.UTF_8);
        Path base = TESTDATA.resolve("hf-vit-tiny");
        Path merged = temp.resolve("merged");
        List<Path> adapters = IntStream.range(0, 3)
                .mapToObj(i -> TESTDATA.resolve("peft-adapters/v4-names/adapter" + i))
                .toList();
        AdapterMerge merge = TaskAdapters.merge(adapters, Optional.empty(), Optional.of(Checkpoint.open(base)));
        Outputs.folder(merged, false, folder -> MergeFolder.write(folder, merge));
        Path models = Files.createDirectory(temp.resolve("models"));
        Path out = temp.resolve("bench");
        // begin
        ServingSource source = ServingSource.of(Checkpoint.open(base), merged, adapters, Optional.empty());
        ServingRequest request = ServingRequest.builder()
                .optStrategies(List.of(Strategy.MERGED, Strategy.PER_TASK))
                .optScenarios(List.of(Scenario.SINGLE_STREAM))
                .optMeasuring(Duration.ofSeconds(2))
                .build(source.tasks());
        ServingBenchmark.Outcome outcome = new ServingBenchmark(source, request, stdout::println).run(models);
        for (BenchRow row : outcome.document().results()) {
            stdout.println(row.strategy() + " at " + row.tasks() + " tasks: " + row.p50Ms() + " ms");
        }
        ServingOutput.write(out, false, outcome);
        // end
        assertThat(printed.toString(StandardCharsets.UTF_8)).contains("merged at 3 tasks: ", "per-task at 3 tasks: ");
        assertThat(BenchDocument.read(out.resolve("bench.json")).results())
                .hasSameSizeAs(outcome.document().results());
    }

    @Test
    void thePackagePageShowsThisExample() throws IOException {
        Path sources = TESTDATA.resolveSibling("ham-bench").resolve("src");
        String test = Files.readString(sources.resolve("test/java/ham/bench/LibraryExampleTest.java"));
        String example = test.substring(test.indexOf(BEGIN) + BEGIN.length(), test.indexOf(END))
                .stripTrailing()
                .stripIndent()
                .lines()
                .map(line -> (" * " + line).stripTrailing())
                .collect(Collectors.joining("\n"));
        assertThat(Files.readString(sources.resolve("main/java/ham/bench/package-info.java")))
                .contains(example);
    }
}
