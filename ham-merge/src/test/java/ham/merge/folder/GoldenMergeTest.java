package ham.merge.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.MergeProgress;
import ham.merge.io.JsonFiles;
import ham.merge.io.JsonRecords;
import ham.merge.record.MergeMode;
import ham.testing.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders that ham 0.1 wrote are read, and what is written today is what was written then. */
class GoldenMergeTest {
    @TempDir
    private Path temp;

    private static Path golden(String name) {
        return TestData.path("golden/0.1.0/merge/" + name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ham", "ties"})
    void aRecordThatIsReadIsWrittenWithTheSameBytes(String method) {
        Path file = golden(method).resolve("merge.json");
        ObjectNode json = JsonFiles.read(file, "a record");
        MergeRecord record = JsonRecords.read(file, json, MergeRecord.class);
        assertThat(file).hasContent(JsonFiles.pretty(JsonRecords.tree(record)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ham", "ties"})
    void aFolderIsReadAndMadeAgain(String method) throws IOException {
        Merged read = Merged.read(golden(method));
        assertThat(read.deltas()).hasSize(8);
        assertThat(read.branches()).hasSize(method.equals("ham") ? 8 : 0);
        Path again = Files.createDirectory(temp.resolve("again"));
        MergeFolder.write(
                again,
                ContinuedMerge.of(StoredMerge.open(golden(method)), List.of(), List.of(), List.of())
                        .merge(MergeProgress.SILENT));
        assertThat(again.resolve("groups.safetensors"))
                .hasSameBinaryContentAs(golden(method).resolve("groups.safetensors"));
        Merged made = Merged.read(again);
        assertThat(made.provenance()).containsAllEntriesOf(withoutHash(read));
        read.deltas().forEach((weight, delta) -> {
            float[] values = made.deltas().get(weight).data();
            for (int i = 0; i < values.length; i++) {
                assertThat(values[i]).isCloseTo(delta.data()[i], within(1e-5f));
            }
        });
        ObjectNode record = JsonFiles.read(again.resolve("merge.json"), "a record");
        ObjectNode old = JsonFiles.read(golden(method).resolve("merge.json"), "a record");
        assertThat(record.fieldNames()).toIterable().containsExactlyElementsOf(old::fieldNames);
        for (String key : List.of("method", "mode", "parameters", "request", "inputs", "warnings")) {
            assertThat(record.get(key)).as(key).isEqualTo(old.get(key));
        }
    }

    private static Map<String, String> withoutHash(Merged merged) {
        Map<String, String> rest = new TreeMap<>(merged.provenance());
        rest.remove("merged_sha256");
        return rest;
    }

    @Test
    void aMergeThatWasWrittenForPeftIsAnAdapter() {
        AdapterFolder folder = AdapterFolder.read(golden("peft"));
        assertThat(folder.adapter().layers()).hasSize(8);
        assertThat(folder.record().mode()).isEqualTo(MergeMode.INDEPENDENT);
        assertThat(folder.record().alpha().mean()).isEqualTo(1);
    }
}
