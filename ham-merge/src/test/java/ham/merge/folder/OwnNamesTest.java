package ham.merge.folder;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.MergeProgress;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.io.JsonFiles;
import ham.testing.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A merge that went on is written for PEFT as one of the same folders is: under the names of its members, not those of the base. */
class OwnNamesTest {
    private static final Checkpoint BASE = Checkpoint.open(TestData.path("hf-vit-tiny"));

    @TempDir
    private Path folder;

    private Path merged(AdapterFolder first) throws IOException {
        Path merged = Files.createDirectory(folder.resolve("merged"));
        MergeFolder.write(merged, Adapters.cat(first));
        return merged;
    }

    private static AdapterMerge goneOn(Path merged, AdapterFolder second) {
        return ContinuedMerge.of(StoredMerge.open(merged), List.of(), List.of(second), List.of())
                .merge(MergeProgress.SILENT);
    }

    private Path peft(String name, AdapterMerge merge) throws IOException {
        Path out = Files.createDirectory(folder.resolve(name));
        PeftMerge.write(out, merge, OptionalInt.empty(), Optional.empty(), MergeProgress.SILENT);
        return out;
    }

    private static void assertSame(Path fresh, Path update) {
        for (String file : List.of("adapter_model.safetensors", "adapter_config.json")) {
            assertThat(update.resolve(file)).hasSameBinaryContentAs(fresh.resolve(file));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "v5-names, v5-names, vit.layers.",
        "v4-names, v4-names, vit.encoder.layer.",
        "v5-names, v4-names, vit.layers.",
        "v4-names, v5-names, vit.encoder.layer."
    })
    void aMergeThatWentOnHasTheNamesOfItsFirstMember(String scheme, String next, String blocks) throws IOException {
        AdapterFolder first = AdapterFolder.read(Adapters.path(scheme, 0)).onto(BASE, BASE.sha256());
        AdapterFolder second = AdapterFolder.read(Adapters.path(next, 1)).onto(BASE, BASE.sha256());
        Path fresh = peft("fresh", Adapters.cat(first, second));
        assertSame(fresh, peft("update", goneOn(merged(first), second)));
        assertThat(AdapterFolder.read(fresh).adapter().layers().keySet())
                .hasSize(8)
                .allMatch(name -> name.startsWith(blocks));
    }

    @Test
    void theRecordKeepsTheNamesHoweverOftenItGoesOn() throws IOException {
        AdapterFolder first = Adapters.recent(0).onto(BASE, BASE.sha256());
        AdapterFolder second = Adapters.published(1).onto(BASE, BASE.sha256());
        Path again = Files.createDirectory(folder.resolve("again"));
        MergeFolder.write(again, goneOn(merged(first), second));
        Path fresh = Files.createDirectory(folder.resolve("both"));
        MergeFolder.write(fresh, Adapters.cat(first, second));
        assertThat(again.resolve("merge.json")).hasSameBinaryContentAs(fresh.resolve("merge.json"));
        AdapterFolder third = Adapters.published(2).onto(BASE, BASE.sha256());
        assertSame(peft("fresh", Adapters.cat(first, second, third)), peft("update", goneOn(again, third)));
    }

    @Test
    void theClassifierAndTheBaseOfAnEarlierMemberAreWrittenToo() throws IOException {
        Checkpoint base = Checkpoint.open(TestData.path("everyday/vit"));
        AdapterFolder first =
                AdapterFolder.read(TestData.path("everyday/classifier")).onto(base, base.sha256());
        Path copy = TestData.copy("everyday/keys/a", folder.resolve("second"));
        TestData.set(copy.resolve("adapter_config.json"), "base_model_name_or_path", "null");
        AdapterFolder second = AdapterFolder.read(copy).onto(base, base.sha256());
        Path fresh = peft("fresh", Adapters.cat(first, second));
        assertSame(fresh, peft("update", goneOn(merged(first), second)));
        assertThat(JsonFiles.read(fresh.resolve("adapter_config.json"), "")
                        .path("base_model_name_or_path")
                        .asText())
                .isNotEmpty();
    }

    @Test
    void aMergeWithoutTheRecordIsWrittenUnderTheNamesOfTheBase() throws IOException {
        AdapterFolder first = Adapters.recent(0).onto(BASE, BASE.sha256());
        Path merged = merged(first);
        ObjectNode record = JsonFiles.read(merged.resolve("merge.json"), "");
        assertThat(((ObjectNode) record.path("inputs").get(0)).remove("own_names"))
                .isNotNull();
        JsonFiles.write(merged.resolve("merge.json"), record);
        Path out = peft("old", goneOn(merged, Adapters.recent(1).onto(BASE, BASE.sha256())));
        assertThat(AdapterFolder.read(out).adapter().layers().keySet())
                .allMatch(name -> name.startsWith("vit.encoder.layer."));
    }
}
