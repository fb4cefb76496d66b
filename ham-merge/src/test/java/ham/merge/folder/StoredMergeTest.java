package ham.merge.folder;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.InputException;
import ham.merge.plan.MergeMethod;
import ham.merge.plan.MergeSettings;
import ham.testing.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@link StoredMerge} refuses to read. */
class StoredMergeTest {
    @TempDir
    private Path temp;

    private int folders;

    static Stream<Consumer<ObjectNode>> damage() {
        return Stream.of(
                json -> json.remove("steps"),
                json -> json.remove("inputs"),
                json -> ((ArrayNode) json.path("inputs")).remove(0),
                json -> ((ArrayNode) json.path("steps")).remove(0),
                json -> ((ObjectNode) json.path("steps").path(0)).put("adapter", "x"),
                json -> ((ObjectNode) json.path("steps").path(0)).put("group", -1),
                json -> ((ObjectNode) json.path("steps").path(0)).put("group", 7),
                json -> ((ObjectNode) json.path("steps").path(0)).remove("alpha"),
                json -> ((ObjectNode) json.path("inputs").path(1)).put("adapter", "x"),
                json -> ((ObjectNode) json.path("inputs").path(1)).remove("sha256"),
                json -> ((ObjectNode) json.path("inputs").path(1)).put("alpha", "x"),
                json -> json.put("mode", "both"),
                json -> json.put("request", "x"),
                json -> ((ObjectNode) json.path("request")).put("mode", "both"));
    }

    @ParameterizedTest
    @MethodSource("damage")
    void aRecordThatDoesNotFitIsRefusedByName(Consumer<ObjectNode> damage) throws IOException {
        Path merged = write(ContinuedMergeTest.merge(
                MergeSettings.of(MergeMethod.HAM), ContinuedMergeTest.adapters(3, "linear"), List.of()));
        TestData.edit(merged.resolve("merge.json"), damage);
        assertThatThrownBy(() -> StoredMerge.open(merged))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(merged.resolve("merge.json") + ": ");
    }

    @Test
    void headsOfAdaptersThatThereAreNotAreRefused() throws IOException {
        Path merged = write(ContinuedMergeTest.merge(
                MergeSettings.of(MergeMethod.HAM), ContinuedMergeTest.adapters(3, "linear"), List.of()));
        Path two = write(ContinuedMergeTest.merge(
                MergeSettings.of(MergeMethod.HAM), ContinuedMergeTest.adapters(2, "linear"), List.of()));
        Files.copy(
                merged.resolve("heads.safetensors"),
                two.resolve("heads.safetensors"),
                StandardCopyOption.REPLACE_EXISTING);
        assertThatThrownBy(() -> StoredMerge.open(two))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(
                        "expected metadata 'N.head', 'N.classes', 'N.projection', 'N.feature' and 'N.feature_blocks' with N below 2");
    }

    private Path write(AdapterMerge merge) throws IOException {
        Path folder = Files.createDirectory(temp.resolve("m" + folders++));
        MergeFolder.write(folder, merge);
        return folder;
    }
}
