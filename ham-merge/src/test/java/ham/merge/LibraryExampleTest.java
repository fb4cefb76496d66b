package ham.merge;

import static org.assertj.core.api.Assertions.assertThat;

import ham.merge.checkpoint.Checkpoint;
import ham.merge.folder.AdapterFolder;
import ham.merge.folder.AdapterMerge;
import ham.merge.folder.MergeFolder;
import ham.merge.folder.Merged;
import ham.merge.io.Outputs;
import ham.merge.plan.MergeChoices;
import ham.merge.plan.MergeMethod;
import ham.merge.plan.MergeParameter;
import ham.merge.plan.MergeSettings;
import ham.testing.TestData;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example of the package page compiles, works, and is what stands there. */
class LibraryExampleTest {
    private static final String BEGIN = "        // begin\n";
    private static final String END = "        // end\n";

    @TempDir
    private Path temp;

    @Test
    void theExampleOfThePackagePageWorks() {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
        Path checkpoint = TestData.path("hf-vit-tiny");
        List<Path> folders = List.of(
                TestData.path("peft-adapters/v4-names/adapter0"), TestData.path("peft-adapters/v5-names/adapter1"));
        Path target = temp.resolve("merged");
        // begin
        Checkpoint base = Checkpoint.open(checkpoint);
        List<AdapterFolder> adapters = new ArrayList<>();
        for (Path each : folders) {
            adapters.add(AdapterFolder.read(each).onto(base, base.sha256()));
        }
        MergeSettings settings = new MergeChoices().put(MergeParameter.TAU, 0.2).settings(MergeMethod.HAM);
        AdapterMerge merge = AdapterMerge.of(adapters, List.of(), settings, Optional.empty(), MergeProgress.SILENT);
        merge.warnings().forEach(out::println);
        Outputs.folder(target, false, folder -> MergeFolder.write(folder, merge));
        // end
        assertThat(printed.toString(StandardCharsets.UTF_8)).isEmpty();
        assertThat(Merged.read(target).onto(base, base.sha256()).deltas())
                .isEqualTo(merge.merge().merged());
    }

    @Test
    void thePackagePageShowsThisExample() throws IOException {
        Path sources = TestData.path("../ham-merge/src");
        String test = Files.readString(sources.resolve("test/java/ham/merge/LibraryExampleTest.java"));
        String example = test.substring(test.indexOf(BEGIN) + BEGIN.length(), test.indexOf(END))
                .stripTrailing()
                .stripIndent()
                .lines()
                .map(line -> " * " + line)
                .collect(Collectors.joining("\n"));

        assertThat(Files.readString(sources.resolve("main/java/ham/merge/package-info.java")))
                .contains(example);
    }
}
