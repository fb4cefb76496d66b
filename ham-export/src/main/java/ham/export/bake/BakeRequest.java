package ham.export.bake;

import ham.merge.folder.Merged;
import ham.runtime.model.SessionSettings;
import ham.runtime.preprocess.Preprocessing;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * What to bake, and how to make sure of it.
 *
 * @param model the graph that somebody exported
 * @param weights the checkpoint that it was exported from: a folder or a safetensors file; empty if the graph keeps its names
 * @param merged what is added
 * @param head which classifier the result has
 * @param logits the output of the graph that holds the logits; where it is empty they are found by the checkpoint's classifier
 * @param version version of ham, stored in the file
 * @param output the file to write; external data goes to a file of that name with {@code .data} behind it
 * @param force whether existing outputs are replaced
 * @param verify whether the result is run beside the unchanged graph with explicit deltas before it gets its name
 * @param inputs safetensors file with images that they are run on; seeded images if empty
 * @param preprocessing how images become the model's input, for the side of the graph's images (-1 where it does not tell it); where it is
 *     empty what the graph says, or the checkpoint
 * @param settings of the sessions that run them
 */
public record BakeRequest(
        Path model,
        Optional<Path> weights,
        Merged merged,
        HeadChoice head,
        Optional<String> logits,
        String version,
        Path output,
        boolean force,
        boolean verify,
        Optional<Path> inputs,
        Optional<IntFunction<Preprocessing>> preprocessing,
        SessionSettings settings) {

    /** Where the classifier of the result comes from. */
    public enum HeadChoice {
        /** The merge's head replaces the graph's classifier, where the merge has one. */
        MERGED,
        /** The graph's classifier stays. */
        KEEP
    }

    /** A request to fill in. */
    public static Builder builder() {
        return new Builder();
    }

    /** A request like this one, to change. */
    public Builder toBuilder() {
        Builder builder = builder()
                .setModel(model)
                .setMerged(merged)
                .setVersion(version)
                .setOutput(output)
                .setSettings(settings)
                .optHead(head)
                .optForce(force)
                .optVerify(verify);
        weights.ifPresent(builder::optWeights);
        logits.ifPresent(builder::optLogits);
        inputs.ifPresent(builder::optInputs);
        preprocessing.ifPresent(builder::optPreprocessing);
        return builder;
    }

    /** Collects a request: what is {@code set} must be given, what is {@code opt} has a default. */
    public static final class Builder {
        private Path model;
        private Merged merged;
        private String version;
        private Path output;
        private SessionSettings settings;
        private Optional<Path> weights = Optional.empty();
        private HeadChoice head = HeadChoice.MERGED;
        private Optional<String> logits = Optional.empty();
        private boolean force;
        private boolean verify = true;
        private Optional<Path> inputs = Optional.empty();
        private Optional<IntFunction<Preprocessing>> preprocessing = Optional.empty();

        private Builder() {}

        /** The graph that somebody exported. */
        public Builder setModel(Path graph) {
            model = graph;
            return this;
        }

        /** What is added. */
        public Builder setMerged(Merged merge) {
            merged = merge;
            return this;
        }

        /** Version of ham, stored in the file. */
        public Builder setVersion(String ham) {
            version = ham;
            return this;
        }

        /** The file to write; external data goes to a file of that name with {@code .data} behind it. */
        public Builder setOutput(Path file) {
            output = file;
            return this;
        }

        /** Of the sessions that run both models. */
        public Builder setSettings(SessionSettings sessions) {
            settings = sessions;
            return this;
        }

        /** The checkpoint that the graph was exported from (default: the graph keeps its names). */
        public Builder optWeights(Path checkpoint) {
            weights = Optional.of(checkpoint);
            return this;
        }

        /** Which classifier the result has (default: the merge's). */
        public Builder optHead(HeadChoice choice) {
            head = choice;
            return this;
        }

        /** The output of the graph that holds the logits (default: the one behind the checkpoint's classifier). */
        public Builder optLogits(String output) {
            logits = Optional.of(output);
            return this;
        }

        /** Whether existing outputs are replaced (default: no). */
        public Builder optForce(boolean replace) {
            force = replace;
            return this;
        }

        /** Whether the result is verified (default: yes). */
        public Builder optVerify(boolean compare) {
            verify = compare;
            return this;
        }

        /** Verifies on these images (default: seeded ones). */
        public Builder optInputs(Path images) {
            inputs = Optional.of(images);
            return this;
        }

        /** How images become the model's input (default: as the graph says, or its checkpoint). */
        public Builder optPreprocessing(IntFunction<Preprocessing> ofSide) {
            preprocessing = Optional.of(ofSide);
            return this;
        }

        /**
         * The request.
         *
         * @throws NullPointerException if something that must be given is not
         */
        public BakeRequest build() {
            return new BakeRequest(
                    Objects.requireNonNull(model, "model"),
                    weights,
                    Objects.requireNonNull(merged, "merged"),
                    head,
                    logits,
                    Objects.requireNonNull(version, "version"),
                    Objects.requireNonNull(output, "output"),
                    force,
                    verify,
                    inputs,
                    preprocessing,
                    Objects.requireNonNull(settings, "settings"));
        }
    }
}
