package ham.train.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.InputException;
import ham.merge.checkpoint.Target;
import ham.merge.io.JsonFiles;
import ham.merge.join.HamParameters;
import ham.train.head.HeadSettings;
import ham.train.learn.LearningMethod;
import ham.train.learn.LearningSettings;
import ham.train.lora.LoraSettings;
import ham.train.lora.Recipe;
import ham.train.stream.StreamSettings;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Everything that a run's result depends on, besides the machine. {@link #of} has the defaults; the {@code with} methods vary one part.
 *
 * @param base checkpoint folder
 * @param data data folder
 * @param learning the method
 * @param head which head is exported, and how heads are made
 * @param stream how the data become tasks
 * @param seed seed of everything that is drawn, but for the class order
 * @param lora where adapters sit and how large they are
 * @param recipe how a task is trained
 * @param measuring what is measured on the way
 * @param adapters a finished run whose adapters are taken instead of training them again
 * @param precision {@code auto}, {@code fp32}, {@code bf16} or {@code fp16}: arithmetic of training steps and features
 * @param device {@code auto}, {@code cpu} or {@code gpu:N}
 * @param threads threads of one operation, 0 for all cores
 */
public record RunConfig(
        Path base,
        Path data,
        LearningSettings learning,
        HeadSettings head,
        StreamSettings stream,
        long seed,
        LoraSettings lora,
        Recipe recipe,
        Measuring measuring,
        Optional<Path> adapters,
        String precision,
        String device,
        int threads) {
    private static final Pattern DEVICE = Pattern.compile("auto|cpu|gpu:\\d{1,3}");
    private static final int USUAL_RANK = 16;

    /**
     * Checks what needs neither base nor data.
     *
     * @throws InputException naming the option
     */
    public RunConfig {
        if (!DEVICE.matcher(device).matches()) {
            throw new InputException("--device: expected auto, cpu or gpu:N, found '" + device + "'");
        }
        if (threads < 0) {
            throw new InputException("--threads: expected at least 0, found " + threads);
        }
        if (adapters.isPresent() && !learning.trainsAlone()) {
            throw new InputException("--adapters: expected a method whose adapters are trained alone (linear,"
                    + " task-arithmetic, ties, dare, oracle, or ham with --mode independent), found "
                    + learning.method().optionName() + "; leave --adapters out");
        }
        if (recipe.replay() > 0 && (learning.trainsAlone() || learning.method() == LearningMethod.JOINT)) {
            throw new InputException(
                    "--replay: expected a method that trains one task after the other upon what was learnt"
                            + " (ham, cat-pruned, sequential, sd-lora, frozen), found "
                            + learning.method().optionName() + " in mode "
                            + learning.mode().optionName() + "; leave --replay out");
        }
    }

    /** HAM with the analytic head and every default. */
    public static RunConfig of(Path base, Path data, int tasks) {
        return new RunConfig(
                base,
                data,
                LearningSettings.DEFAULT,
                HeadSettings.DEFAULT,
                StreamSettings.of(tasks),
                0,
                LoraSettings.of(EnumSet.of(Target.QUERY, Target.VALUE), USUAL_RANK),
                Recipe.DEFAULT,
                Measuring.DEFAULT,
                Optional.empty(),
                "auto",
                "auto",
                0);
    }

    /** The same with another method. */
    public RunConfig with(LearningSettings other) {
        return new RunConfig(
                base, data, other, head, stream, seed, lora, recipe, measuring, adapters, precision, device, threads);
    }

    /** The same with other heads. */
    public RunConfig with(HeadSettings other) {
        return new RunConfig(
                base, data, learning, other, stream, seed, lora, recipe, measuring, adapters, precision, device,
                threads);
    }

    /** The same with another stream. */
    public RunConfig with(StreamSettings other) {
        return new RunConfig(
                base, data, learning, head, other, seed, lora, recipe, measuring, adapters, precision, device, threads);
    }

    /** The same with another seed. */
    public RunConfig withSeed(long other) {
        return new RunConfig(
                base, data, learning, head, stream, other, lora, recipe, measuring, adapters, precision, device,
                threads);
    }

    /** The same with other adapters. */
    public RunConfig with(LoraSettings other) {
        return new RunConfig(
                base, data, learning, head, stream, seed, other, recipe, measuring, adapters, precision, device,
                threads);
    }

    /** The same with another recipe. */
    public RunConfig with(Recipe other) {
        return new RunConfig(
                base, data, learning, head, stream, seed, lora, other, measuring, adapters, precision, device, threads);
    }

    /** The same with other measurements. */
    public RunConfig with(Measuring other) {
        return new RunConfig(
                base, data, learning, head, stream, seed, lora, recipe, other, adapters, precision, device, threads);
    }

    /** The same with the adapters of a finished run. */
    public RunConfig withAdapters(Path run) {
        return new RunConfig(
                base,
                data,
                learning,
                head,
                stream,
                seed,
                lora,
                recipe,
                measuring,
                Optional.of(run),
                precision,
                device,
                threads);
    }

    /** The same in another precision. */
    public RunConfig withPrecision(String other) {
        return new RunConfig(
                base, data, learning, head, stream, seed, lora, recipe, measuring, adapters, other, device, threads);
    }

    /** The same on another device. */
    public RunConfig on(String otherDevice, int otherThreads) {
        return new RunConfig(
                base,
                data,
                learning,
                head,
                stream,
                seed,
                lora,
                recipe,
                measuring,
                adapters,
                precision,
                otherDevice,
                otherThreads);
    }

    /** The configuration as {@code run.json} holds it, one key an option, under the options' names. */
    public ObjectNode json() {
        ObjectNode json = JsonFiles.object();
        json.put("method", learning.method().optionName());
        json.put("mode", learning.mode().optionName());
        json.put("base", base.toAbsolutePath().normalize().toString());
        json.put("data", data.toAbsolutePath().normalize().toString());
        json.put(
                "adapters",
                adapters.map(run -> run.toAbsolutePath().normalize().toString()).orElse(null));
        json.put("head", head.kind().optionName());
        json.setAll(trainingJson());
        if (learning.isHam()) {
            ham(json, learning.merging().ham());
        } else {
            json.put("density", learning.merging().density());
            json.put("scale", learning.merging().scale());
            json.put("sign", learning.merging().sign().name().toLowerCase(Locale.ROOT));
        }
        json.put("projection", head.projectionWidth());
        json.put("ridge", head.ridge().optionName());
        json.put("drift", head.drift().optionName());
        json.put("frozen", measuring.frozen());
        json.put("any-time-images", measuring.anyTimeImages());
        json.put("rigid-below", measuring.rigidBelow());
        json.put("transfer-drop", measuring.transferDrop());
        json.put("device", device);
        json.put("threads", threads);
        return json;
    }

    private static void ham(ObjectNode json, HamParameters ham) {
        json.put("keep", ham.keep());
        json.put("tau", ham.tau());
        json.put("groups", ham.maxGroups());
        json.put("join", ham.join().name().toLowerCase(Locale.ROOT));
        json.put("combine", ham.combine().name().toLowerCase(Locale.ROOT));
        json.put("similarity", ham.similarity().optionName());
    }

    /** Equal for configurations whose adapters, trained alone, are the same. */
    public List<Object> aloneTraining() {
        return List.of(base, data, trainingJson(), precision, learning.method().trainsAlpha());
    }

    /** The options on which an adapter that is trained alone depends. */
    ObjectNode trainingJson() {
        ObjectNode json = JsonFiles.object();
        json.put("tasks", stream.tasks());
        json.put("order", stream.order().optionName());
        json.put("train-images", stream.sampling().perClass());
        json.put("held-out", stream.sampling().heldOut());
        json.put("on-bad-image", stream.badImages().optionName());
        json.put("seed", seed);
        json.set(
                "targets",
                JsonFiles.tree(lora.targets().stream().map(Target::optionName).toList()));
        json.set("blocks", JsonFiles.tree(lora.blocks().isEmpty() ? "all" : lora.blocks()));
        json.put("rank", lora.rank());
        json.put("lora-alpha", lora.loraAlpha());
        json.put("rslora", lora.rankStabilised());
        json.put("init", lora.initialisation().optionName());
        json.put("scalars", lora.scalars().optionName());
        json.put("precision", precision);
        json.put("epochs", recipe.epochs());
        json.put("batch", recipe.batch());
        json.put("lr", recipe.adapterRate());
        json.put("lr-decay", learning.rateDecay());
        json.put("head-lr", recipe.headRate());
        json.put("alpha-lr", recipe.scalarRate());
        json.put("crop-padding", recipe.augmentation().padding());
        json.put("flip", recipe.augmentation().flip());
        json.put("replay", recipe.replay());
        json.put("replay-hold", recipe.replayHold());
        return json;
    }
}
