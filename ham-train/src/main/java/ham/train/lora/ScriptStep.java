package ham.train.lora;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ham.train.backbone.Backbone;
import ham.train.engine.MixedPrecision;
import ham.train.engine.TensorArrays;
import ham.train.engine.TorchScript;
import ham.train.input.Batch;
import ham.train.optimize.Adam;
import ham.train.optimize.FloatArray;
import ham.train.optimize.Parameter;
import ham.train.replay.ReplayedLatents;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * A step in one call of a {@link StepScript}, in the engine's precision.
 *
 * <p>On a CPU the program works on the parameters' own memory; on a GPU they live there from the first step to the last. A batch goes in and
 * three numbers come out, nothing else crosses. Bit-repeatable on a CPU for a number of threads.
 */
final class ScriptStep implements TrainingStep {
    private final NDManager manager;
    private final TorchScript program;
    private final List<Parameter> parameters;
    private final Backbone backbone;
    private final List<NDArray> frozen = new ArrayList<>();
    /** What {@link #memory} holds, in the engine. */
    private final List<NDArray> state = new ArrayList<>();
    /** Values, then first, then second moments. */
    private final List<FloatArray> memory = new ArrayList<>();

    /**
     * @param microBatch most images whose gradients are computed at once
     * @param replayHold weight of the distance that replayed features move; empty where nothing is replayed
     */
    ScriptStep(
            Backbone backbone,
            TaskParameters task,
            List<FrozenGroup> groups,
            int microBatch,
            OptionalDouble replayHold) {
        parameters = task.all();
        this.backbone = backbone;
        manager = backbone.engine().newManager();
        frozen.addAll(backbone.fixed());
        frozen.addAll(linear(StepScript.changed(task)));
        frozen.addAll(new StackedGroups(backbone, manager, groups).all());
        parameters.forEach(parameter -> lend(parameter, parameter.value()));
        parameters.forEach(parameter -> lend(parameter, parameter.firstMoment()));
        parameters.forEach(parameter -> lend(parameter, parameter.secondMoment()));
        program = new TorchScript(
                backbone.engine(),
                StepScript.functions(backbone, task),
                StepScript.main(backbone, task, StackedGroups.areFactored(groups), microBatch, replayHold));
    }

    /** The weights, those that no step changes rounded to the format of products once instead of at every step. */
    private List<NDArray> linear(Set<String> changed) {
        List<NDArray> linear = new ArrayList<>();
        try (TorchScript round = new TorchScript(
                backbone.engine(),
                "w",
                "Tensor",
                "return torch.to(w, " + backbone.engine().precision().torchType() + ")\n")) {
            for (String name : backbone.linearNames()) {
                NDArray weight = backbone.weight(name);
                linear.add(
                        changed.contains(name) || backbone.engine().precision() == MixedPrecision.FP32
                                ? weight
                                : round.call(true, manager, List.of(weight)).singletonOrThrow());
            }
        }
        return linear;
    }

    private void lend(Parameter parameter, FloatArray floats) {
        memory.add(floats);
        state.add(manager.create(floats.bytes(), new Shape(parameter.shape()), DataType.FLOAT32));
    }

    @Override
    public StepResult run(Batch batch, ReplayedLatents replayed, int number, double factor) {
        try (NDManager step = manager.newSubManager()) {
            backbone.requireFit(batch.inputs());
            NDArray targets = step.create(Arrays.stream(TrainingStep.targets(batch, replayed))
                    .asLongStream()
                    .toArray());
            NDArray rates = step.create(rates(number, factor));
            List<NDArray> tensors = new ArrayList<>(TensorArrays.of(step, backbone.inputs(), batch.inputs()));
            tensors.add(targets);
            tensors.add(rates);
            if (replayed.size() > 0) {
                tensors.add(TrainingStep.rows(step, replayed, replayed.values()));
                tensors.add(TrainingStep.rows(step, replayed, replayed.features()));
            }
            float[] measures =
                    program.call(true, step, tensors, frozen, state).get(0).toFloatArray();
            return new StepResult(measures[0], (int) measures[1], measures[2]);
        }
    }

    private double[] rates(int number, double factor) {
        double[] rates = new double[parameters.size() + 1];
        for (int i = 0; i < parameters.size(); i++) {
            rates[i] = parameters.get(i).learningRate() * factor / Adam.correction(Adam.BETA_1, number);
        }
        rates[parameters.size()] = Adam.correction(Adam.BETA_2, number);
        return rates;
    }

    @Override
    public void read() {
        for (int i = 0; i < memory.size(); i++) {
            memory.get(i).set(state.get(i).toFloatArray());
        }
    }

    @Override
    public void close() {
        program.close();
        manager.close();
    }
}
