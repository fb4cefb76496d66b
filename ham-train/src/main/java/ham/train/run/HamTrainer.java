package ham.train.run;

import ham.merge.adapter.LoraAdapter;
import ham.merge.head.Head;
import ham.merge.head.HeadKind;
import ham.merge.method.Step;
import ham.train.data.ImageSet;
import ham.train.engine.TorchEngine;
import ham.train.feature.FeatureExtractor;
import ham.train.head.Features;
import ham.train.lora.FrozenGroup;
import ham.train.lora.TaskResult;
import ham.train.lora.TaskStart;
import ham.train.lora.TaskTrainer;
import ham.train.stream.Split;
import ham.train.stream.TaskStream;
import ham.train.vit.VitForward;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Trains the tasks of a stream one after the other the HAM way: every task's adapter beside the frozen groups before it, then pruned,
 * compared, joined and merged, the heads updated through the model merged so far, and that model tested on all classes seen.
 */
public final class HamTrainer {
    private final RunInputs inputs;
    private final TaskStream stream;
    private final RunProgress progress;

    /** Prepares a run; nothing is computed yet. */
    public HamTrainer(RunInputs inputs, RunProgress progress) {
        this.inputs = inputs;
        this.stream = inputs.stream();
        this.progress = progress;
    }

    /** Trains every task that the folder does not hold yet, then writes the merge with its head, all heads and the metrics into it. */
    public void run(RunFolder folder) {
        RunConfig config = inputs.config();
        try (TorchEngine engine = TorchEngine.open(config.device(), config.threads());
                VitForward vit = new VitForward(engine, inputs.base())) {
            RunState state = RunState.restoreOrBegin(inputs, engine, folder);
            if (state.finishedTasks() > 0) {
                progress.resumed(state.finishedTasks(), stream.tasks());
            }
            TestImages tests = new TestImages(inputs, vit);
            TaskTrainer trainer = new TaskTrainer(vit, config.lora(), config.recipe(), config.seed());
            for (int task = state.finishedTasks(); task < stream.tasks(); task++) {
                learn(task, trainer, vit, state, tests);
            }
            state.finish();
        }
    }

    private void learn(int task, TaskTrainer trainer, VitForward vit, RunState state, TestImages tests) {
        List<String> classes = inputs.classNames(task);
        progress.task(task, stream.tasks(), classes);
        Split split = stream.split(inputs.data().train(), task, inputs.config().seed());
        List<FrozenGroup> groups = state.merge().groups().stream()
                .map(group -> new FrozenGroup(group.alpha(), state.merge().deltas(group)))
                .toList();
        TaskResult result = trainer.train(
                inputs.trainingImages(task, split.training()),
                TaskStart.beside(task, classes.size(), groups),
                step -> progress.step(task, stream.tasks(), step));
        LoraAdapter adapter = new LoraAdapter(RunFolder.numbered(task), result.factors());
        Step step = state.merge().add(adapter, result.alpha(), result.groupAlphas());

        state.appendLinear(result.head());
        state.save(task, adapter, result, updateHeads(task, split, vit, state, tests));
        progress.finished(new TaskSummary(
                task,
                stream.tasks(),
                result.epochs().get(result.epochs().size() - 1).loss(),
                result.imagesPerSecond(),
                step,
                state.variants().latest()));
    }

    private Map<HeadKind, Head> updateHeads(int task, Split split, VitForward vit, RunState state, TestImages tests) {
        try (FeatureExtractor backbone = new FeatureExtractor(vit, new TreeMap<>())) {
            add(state.frozen(), task, split, backbone);
        }
        tests.evaluateFrozen(task, state.frozen().heads(), state.variants());
        try (FeatureExtractor merged = new FeatureExtractor(vit, state.merge().merged())) {
            add(state.online(), task, split, merged);
            Map<HeadKind, Head> heads = state.heads();
            tests.evaluate(task, merged, heads, state.variants());
            return heads;
        }
    }

    private void add(OnlineHeads heads, int task, Split split, FeatureExtractor extractor) {
        heads.add(features(extractor, split.training()), features(extractor, split.heldOut()), stream.seen(task));
    }

    private Features features(FeatureExtractor extractor, int[] samples) {
        ImageSet train = inputs.data().train();
        return new Features(
                extractor.features(train, samples, inputs.preprocessing()), inputs.positions(train, samples));
    }
}
