package ham.merge.folder;

import static org.assertj.core.api.Assertions.assertThat;

import ham.merge.adapter.LoraAdapter;
import ham.merge.adapter.LoraFactors;
import ham.merge.combine.Combine;
import ham.merge.join.HamParameters;
import ham.merge.join.Join;
import ham.merge.record.HamRecord;
import ham.merge.record.MergeMode;
import ham.merge.tensor.Matrix;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class TaskModelsTest {
    private static final HamParameters PARAMETERS =
            new HamParameters(new BigDecimal("0.5"), 0.1, 5, Join.MEAN, Combine.SUM);

    @Test
    void aSequentialTaskModelIsTheFunctionThatWasTrained() {
        // Each delta is B A = (b) (1, 2): pruning half of A keeps only the 2.
        List<AdapterFolder> adapters = List.of(
                adapter("a0", 0, 1f, 0.5, MergeMode.SEQUENTIAL, List.of()),
                adapter("a1", 1, 10f, 0.25, MergeMode.SEQUENTIAL, List.of(2.0)));
        List<Merged> models = TaskModels.of(AdapterMerge.of(adapters, List.of(), PARAMETERS, Optional.empty()));
        assertThat(models.get(0).deltas().get("w.weight").data()).containsExactly(0.5f, 1f);
        assertThat(models.get(1).deltas().get("w.weight").data()).containsExactly(0.25f * 10, 2 * 2f + 0.25f * 20);
    }

    @Test
    void anIndependentTaskModelIsItsAdapterAlone() {
        List<AdapterFolder> adapters = List.of(
                adapter("a0", -1, 1f, 1, MergeMode.INDEPENDENT, List.of()),
                adapter("a1", -1, 10f, 1, MergeMode.INDEPENDENT, List.of()));
        List<Merged> models = TaskModels.of(AdapterMerge.of(adapters, List.of(), PARAMETERS, Optional.empty()));
        assertThat(models.get(1).deltas().get("w.weight").data()).containsExactly(10f, 20f);
    }

    private static AdapterFolder adapter(
            String name, int task, float b, double alpha, MergeMode mode, List<Double> groupAlphas) {
        TreeMap<String, LoraFactors> factors = new TreeMap<>();
        factors.put(
                "w.weight",
                new LoraFactors(new Matrix(1, 2, new float[] {1, 2}), new Matrix(1, 1, new float[] {b}), 1));
        return new AdapterFolder(
                Path.of(name),
                new LoraAdapter(name, factors),
                new HamRecord(alpha, task, List.of("class " + name), Optional.empty(), mode, groupAlphas),
                Optional.empty(),
                () -> "hash of " + name);
    }
}
