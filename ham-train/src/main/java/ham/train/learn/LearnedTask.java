package ham.train.learn;

import ham.merge.adapter.LoraAdapter;
import ham.merge.adapter.LoraFactors;
import ham.merge.combine.Branch;
import ham.merge.combine.Deltas;
import ham.merge.join.Importance;
import ham.merge.tensor.Matrix;
import ham.train.lora.FrozenGroup;
import ham.train.lora.TaskStart;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a trained task leaves behind.
 *
 * @param adapter not pruned
 * @param alpha its importance
 * @param groupAlphas importance of the groups that it was trained beside, after its training
 */
public record LearnedTask(LoraAdapter adapter, Importance alpha, List<Importance> groupAlphas) {
    public LearnedTask {
        groupAlphas = List.copyOf(groupAlphas);
    }

    /** The deltas [out, in] with which the task was trained: its own, not pruned, beside the groups with their trained scalars. */
    public SortedMap<String, Matrix> trainedDeltas(TaskStart start) {
        SortedMap<String, Matrix> deltas = new TreeMap<>();
        for (Map.Entry<String, LoraFactors> entry : adapter.factors().entrySet()) {
            deltas.put(entry.getKey(), Deltas.sum(List.of(new Branch(alpha.at(entry.getKey()), entry.getValue()))));
        }
        for (int i = 0; i < start.groups().size(); i++) {
            FrozenGroup group = start.groups().get(i);
            group.scaled(groupAlphas.get(i)).forEach((weight, delta) -> deltas.merge(weight, delta, LearnedTask::sum));
        }
        return deltas;
    }

    private static Matrix sum(Matrix first, Matrix second) {
        Matrix sum = Matrix.zeros(first.rows(), first.columns());
        for (int i = 0; i < sum.data().length; i++) {
            sum.data()[i] = first.data()[i] + second.data()[i];
        }
        return sum;
    }
}
