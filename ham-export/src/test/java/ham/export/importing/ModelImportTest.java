package ham.export.importing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.export.encoder.WeightlessGraph;
import ham.merge.InputException;
import ham.merge.checkpoint.Checkpoint;
import ham.testing.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelImportTest {
    @TempDir
    private Path folder;

    /** What both exporters made of it becomes the checkpoint again, number by number. */
    @ParameterizedTest
    @CsvSource({
        "bert,ts17",
        "bert,dynamo",
        "bert-bare,ts17",
        "bert-bare,dynamo",
        "roberta,ts17",
        "roberta,dynamo",
        "distilbert,ts17",
        "distilbert,dynamo"
    })
    void givesTheCheckpointBack(String name, String exporter) throws IOException {
        Path original = TestData.path("encoders").resolve(name);
        ImportResult result = ModelImport.run(
                ImportRequest.of(WeightlessGraph.restore(name, exporter, folder), folder.resolve("imported")));
        assertThat(result.maxAbs()).isLessThan(1e-5);
        Checkpoint found = Checkpoint.open(folder.resolve("imported"));
        Checkpoint expected = Checkpoint.open(original);
        assertThat(found.encoder().family()).isEqualTo(expected.encoder().family());
        Map<String, List<Long>> shapes = new TreeMap<>(expected.encoder().shapes());
        if (name.equals("bert-bare")) { // nothing in these graphs reads the pooler
            shapes.keySet().removeIf(weight -> weight.startsWith("pooler."));
        }
        assertThat(found.encoder().shapes()).isEqualTo(shapes);
        for (String weight : shapes.keySet()) {
            assertThat(found.floats(weight)).as(weight).containsExactly(expected.floats(weight));
        }
    }

    @Test
    void aBareEncoderIsPooledAsItIsSaid() throws IOException {
        Path model = WeightlessGraph.restore("bert-bare", "ts17", folder);
        ImportResult result = ModelImport.run(ImportRequest.of(model, folder.resolve("usual")));
        assertThat(result.pooling()).contains(GraphPooling.MEAN_UNIT);
        assertThat(result.hasTokenizer()).isFalse();
        assertThat(result.outputs()).extracting(OutputMatch::is).containsExactly("last_hidden_state");
        assertThat(folder.resolve("usual/modules.json")).isRegularFile();
        ImportResult cls = ModelImport.run(new ImportRequest(
                model,
                folder.resolve("cls"),
                Optional.empty(),
                Optional.of(GraphPooling.parse("cls")),
                List.of(),
                false));
        assertThat(cls.pooling()).contains(GraphPooling.CLS);
        assertThatThrownBy(() -> GraphPooling.parse("max"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("mean-unit, mean, cls-unit, cls");
    }

    @Test
    void anotherFamilyIsRefusedAndNothingWritten() throws IOException {
        Path model = WeightlessGraph.restore("dinov2", "ts17", folder);
        assertThatThrownBy(() -> ModelImport.run(ImportRequest.of(model, folder.resolve("none"))))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll("expected the weights of BERT, RoBERTa, DistilBERT or MPNet");
        assertThat(Files.exists(folder.resolve("none"))).isFalse();
    }
}
