package ham.merge.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.merge.InputException;
import ham.merge.join.Importance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HamRecordTest {
    private static final HamRecord UNKNOWN =
            new HamRecord(1, -1, List.of(), Optional.empty(), MergeMode.INDEPENDENT, List.of());

    @TempDir
    private Path folder;

    @Test
    void whatIsWrittenIsReadAgain() throws IOException {
        HamRecord full = new HamRecord(
                0.1, 3, List.of("é", "a, b"), Optional.of("abc"), MergeMode.SEQUENTIAL, List.of(1e-300, -0.7));
        full.write(folder);
        assertThat(HamRecord.read(folder)).isEqualTo(full);
        UNKNOWN.write(folder);
        assertThat(HamRecord.read(folder)).isEqualTo(UNKNOWN);
    }

    @Test
    void scalarsOfLayersStandBesideTheirMeans() throws IOException {
        HamRecord record = new HamRecord(
                Importance.perLayer(Map.of("a.weight", 0.5, "b.weight", 1.0)),
                2,
                List.of("c"),
                Optional.empty(),
                MergeMode.SEQUENTIAL,
                List.of(Importance.of(0.3), Importance.perLayer(Map.of("b.weight", -0.1))));
        record.write(folder);
        assertThat(HamRecord.read(folder)).isEqualTo(record);
        assertThat(folder.resolve("ham.json"))
                .content()
                .contains("\"alpha\" : 0.75", "\"layer_alphas\"", "\"group_alphas\" : [ 0.3, -0.1 ]");
    }

    @Test
    void withoutFileOrKeysAnAdapterIsIndependentWithImportanceOne() throws IOException {
        assertThat(HamRecord.read(folder)).isEqualTo(UNKNOWN);
        Files.writeString(folder.resolve("ham.json"), "{}");
        assertThat(HamRecord.read(folder)).isEqualTo(UNKNOWN);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            {                        | found broken JSON
            []                       | found no JSON object
            {"alpha": "1"}           | alpha: expected a number, found "1"
            {"alpha": 1e999}         | alpha: expected finite numbers, found
            {"task": "first"}        | task: expected a whole number, found "first"
            {"task": 1.5}            | task: expected a whole number
            {"task": -2}             | task: expected a whole number
            {"classes": "a"}         | classes: expected a list, found "a"
            {"classes": [1]}         | classes[0]: expected text, found 1
            {"base_sha256": 7}       | base_sha256: expected text, found 7
            {"mode": "parallel"}     | mode: expected one of sequential, independent, found "parallel"
            {"group_alphas": 1}      | group_alphas: expected a list, found 1
            {"group_alphas": [null]} | group_alphas: expected finite numbers, found none
            {"alpha": 1, "layer_alphas": {"w": 2}}              | alpha: expected the mean 2.0 of its layers' numbers
            {"alpha": 1, "layer_alphas": [1]}                   | layer_alphas: expected keys with values, found [1]
            {"alpha": 1, "layer_alphas": {"w": "1"}}            | layer_alphas.w: expected a number, found "1"
            {"layer_alphas": {"w": 1}}                          | alpha: expected finite numbers, found none
            {"group_alphas": [1], "group_layer_alphas": []}     | group_alphas: expected layers for each of the 1 numbers
            """)
    void aDamagedRecordIsRefused(String content, String message) throws IOException {
        Path file = Files.writeString(folder.resolve("ham.json"), content);
        assertThatThrownBy(() -> HamRecord.read(folder))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(file + ": ")
                .hasMessageContaining(message);
    }
}
