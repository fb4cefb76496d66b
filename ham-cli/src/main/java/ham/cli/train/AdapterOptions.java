package ham.cli.train;

import ham.cli.console.Usage;
import ham.merge.checkpoint.Target;
import ham.train.input.Augmentation;
import ham.train.lora.Initialisation;
import ham.train.lora.LoraSettings;
import ham.train.lora.Recipe;
import ham.train.lora.ScalarScope;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** Where adapters sit, how they begin and how a task is trained. */
final class AdapterOptions {
    @Option(
            names = "--rank",
            paramLabel = "R",
            defaultValue = "16",
            description = "LoRA rank r (default: ${DEFAULT-VALUE}).")
    private int rank;

    @Option(
            names = "--targets",
            paramLabel = "LAYER,...",
            split = ",",
            defaultValue = "query,value",
            description = "Adapted layers of a block: query, key, value, attention_output, fc1, fc2"
                    + " (default: ${DEFAULT-VALUE}).")
    private List<String> targets;

    @Option(
            names = "--blocks",
            paramLabel = "N,...",
            split = ",",
            description = "Adapted blocks, counted from 0 (default: all).")
    private List<Integer> blocks = List.of();

    @Option(
            names = "--epochs",
            paramLabel = "N",
            defaultValue = "3",
            description = "Passes over a task's images (default: ${DEFAULT-VALUE}).")
    private int epochs;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "64",
            description = "Images a step (default: ${DEFAULT-VALUE}).")
    private int batch;

    @Option(
            names = "--lr",
            paramLabel = "RATE",
            defaultValue = "3e-4",
            description = "Adam's learning rate of A and B (default: ${DEFAULT-VALUE}).")
    private double adapterRate;

    @Option(
            names = "--head-lr",
            paramLabel = "RATE",
            defaultValue = "5e-3",
            description = "Adam's learning rate of the linear head (default: ${DEFAULT-VALUE}).")
    private double headRate;

    @Option(
            names = "--alpha-lr",
            paramLabel = "RATE",
            defaultValue = "1e-3",
            description = "Adam's learning rate of the importance scalars (default: ${DEFAULT-VALUE}).")
    private double alphaRate;

    @Option(
            names = "--crop-padding",
            paramLabel = "PIXELS",
            defaultValue = "4",
            description =
                    "Random crop after padding each side by this, in pixels of an image of 32 pixels: at other sides in"
                            + " proportion, 28 at 224 for 4; 0 for none (default: ${DEFAULT-VALUE}).")
    private int cropPadding;

    @Option(
            names = "--crop-scale",
            paramLabel = "F",
            defaultValue = "0",
            description =
                    "Instead of the crop after padding, cut a part of so much of an image's area up to all of it, before the"
                            + " resize (RandomResizedCrop, 0.05 in many papers); 0 for none (default: ${DEFAULT-VALUE}).")
    private double cropScale;

    @Option(
            names = "--flip",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "Mirror half of the training images (default: ${DEFAULT-VALUE}).")
    private boolean flip;

    @Option(
            names = "--lora-alpha",
            paramLabel = "A",
            description = "PEFT's lora_alpha; the scaling is lora_alpha / r (default: r, so the scaling is 1).")
    private Double loraAlpha;

    @Option(names = "--rslora", description = "Scaling lora_alpha / sqrt(r) (rsLoRA).")
    private boolean rankStabilised;

    @Option(
            names = "--init",
            paramLabel = "HOW",
            defaultValue = "own",
            description = "A of a new adapter: own (drawn for every task) or shared (the same for all tasks)"
                    + " (default: ${DEFAULT-VALUE}).")
    private String init;

    @Option(
            names = "--scalars",
            paramLabel = "HOW",
            defaultValue = "shared",
            description =
                    "Importance scalars: shared (one an adapter or group) or per-layer (default: ${DEFAULT-VALUE}).")
    private String scalars;

    @Option(
            names = "--replay",
            paramLabel = "N",
            defaultValue = "0",
            description =
                    "States of earlier classes that are drawn for every step, from a few means of each class and one"
                            + " covariance; the loss is then over all classes so far. Adapters must sit behind the last block's"
                            + " attention: --blocks LAST --targets attention_output,fc1,fc2 (default: ${DEFAULT-VALUE}).")
    private int replay;

    @Option(
            names = "--replay-hold",
            paramLabel = "W",
            defaultValue = "0.02",
            description = "Weight of the squared distance that features of replayed states move"
                    + " (default: ${DEFAULT-VALUE}).")
    private double replayHold;

    /** Where adapters sit. */
    LoraSettings lora(CommandSpec spec) {
        Set<Target> layers = EnumSet.noneOf(Target.class);
        for (String name : targets) {
            layers.add(Usage.choose(spec, "--targets", name, Target.values(), Target::optionName));
        }
        Initialisation initialisation =
                Usage.choose(spec, "--init", init, Initialisation.values(), Initialisation::optionName);
        ScalarScope scope = Usage.choose(spec, "--scalars", scalars, ScalarScope.values(), ScalarScope::optionName);
        return Usage.check(
                spec,
                () -> new LoraSettings(
                        List.copyOf(layers),
                        blocks,
                        rank,
                        loraAlpha == null ? rank : loraAlpha,
                        rankStabilised,
                        initialisation,
                        scope));
    }

    /** How a task is trained. */
    Recipe recipe(CommandSpec spec) {
        return Usage.check(
                spec,
                () -> new Recipe(
                        epochs,
                        batch,
                        adapterRate,
                        headRate,
                        alphaRate,
                        new Augmentation(cropPadding, flip, cropScale),
                        replay,
                        replayHold));
    }
}
