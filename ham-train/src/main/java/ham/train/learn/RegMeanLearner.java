package ham.train.learn;

import ham.merge.adapter.LoraFactors;
import ham.merge.gram.InputGram;
import ham.merge.gram.RegMean;
import ham.merge.kernel.Dense;
import ham.merge.plan.MergeMethod;
import ham.merge.plan.MergeSettings;
import ham.merge.tensor.Matrix;
import ham.train.lora.TaskStart;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Adapters trained alone, merged by least squares one after the other: of earlier tasks the merged delta, the mean and the sum of Gram matrices stay. */
final class RegMeanLearner implements Learner {
    private final SortedMap<String, RegMean> merges = new TreeMap<>();

    @Override
    public TaskStart start(int task, int classes) {
        return TaskStart.alone(task, classes);
    }

    @Override
    public void join(LearnedTask task) {
        task.adapter().factors().forEach((weight, factors) -> add(weight, factors, task));
    }

    private void add(String weight, LoraFactors factors, LearnedTask task) {
        InputGram gram = task.adapter()
                .gram(weight)
                .orElseThrow(() -> new IllegalStateException(
                        "adapter " + task.adapter().name() + " left no Gram matrix of the inputs of " + weight));
        merges.computeIfAbsent(weight, key -> new RegMean())
                .add(
                        Dense.of(factors.b())
                                .times(factors.scaling() * task.alpha().at(weight)),
                        Dense.of(factors.a()),
                        gram);
    }

    @Override
    public SortedMap<String, Matrix> deltas() {
        SortedMap<String, Matrix> deltas = new TreeMap<>();
        merges.forEach((weight, merge) -> deltas.put(weight, merge.merged().toMatrix()));
        return deltas;
    }

    @Override
    public Optional<FolderMerge> folderMerge() {
        return Optional.of(new FolderMerge(MergeSettings.of(MergeMethod.REGMEAN), false, List.of()));
    }
}
