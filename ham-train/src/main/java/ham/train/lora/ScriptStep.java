package ham.train.lora;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ham.train.engine.TorchScript;
import ham.train.input.Batch;
import ham.train.optimize.Adam;
import ham.train.optimize.FloatArray;
import ham.train.optimize.Parameter;
import ham.train.replay.ReplayedLatents;
import ham.train.vit.VitForward;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;

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
    private final Shape image;
    private final List<NDArray> frozen = new ArrayList<>();
    /** What {@link #memory} holds, in the engine. */
    private final List<NDArray> state = new ArrayList<>();
    /** Values, then first, then second moments. */
    private final List<FloatArray> memory = new ArrayList<>();

    /** @param replayHold weight of the distance that replayed features move; empty where nothing is replayed */
    ScriptStep(VitForward vit, TaskParameters task, List<FrozenGroup> groups, OptionalDouble replayHold) {
        parameters = task.all();
        int side = vit.config().imageSize();
        image = new Shape(vit.config().channels(), side, side);
        manager = vit.engine().newManager();
        frozen.addAll(vit.fixed());
        vit.linearNames().forEach(name -> frozen.add(vit.weight(name)));
        frozen.addAll(StackedGroups.stack(vit, manager, groups).values());
        parameters.forEach(parameter -> lend(parameter, parameter.value()));
        parameters.forEach(parameter -> lend(parameter, parameter.firstMoment()));
        parameters.forEach(parameter -> lend(parameter, parameter.secondMoment()));
        program = new TorchScript(vit.engine(), StepScript.FUNCTIONS, StepScript.main(vit, task, replayHold));
    }

    private void lend(Parameter parameter, FloatArray floats) {
        memory.add(floats);
        state.add(manager.create(floats.bytes(), new Shape(parameter.shape()), DataType.FLOAT32));
    }

    @Override
    public StepResult run(Batch batch, ReplayedLatents replayed, int number, double factor) {
        try (NDManager step = manager.newSubManager()) {
            NDArray pixels = TrainingStep.pixels(step, batch, image);
            NDArray targets = step.create(Arrays.stream(TrainingStep.targets(batch, replayed))
                    .asLongStream()
                    .toArray());
            NDArray rates = step.create(rates(number, factor));
            List<NDArray> tensors = new ArrayList<>(List.of(pixels, targets, rates));
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
