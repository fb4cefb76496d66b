package ham.export;

import ham.export.parity.LogitsSource;
import ham.export.parity.ParityInputs;
import ham.export.precision.NumberFormat;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.encoder.EncoderInput;
import ham.merge.folder.Merged;
import ham.runtime.model.SessionSettings;
import ham.runtime.preprocess.Preprocessing;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * What to export, and how to make sure of it.
 *
 * @param base the pre-trained model
 * @param merged what is added to it, with its head
 * @param preprocessing how pixels become the model's input, stored in the file
 * @param version version of ham, stored in the file
 * @param output the file to write
 * @param force whether an existing output is replaced
 * @param verify whether the written graph is run beside its reference form before it gets its name
 * @param inputs what they are run on; seeded images if empty
 * @param engine the training engine's forward pass of the merged model, compared as a third form where it is there
 * @param format in which numbers the graph computes
 * @param mergeTokens tokens that are merged in a block (ToMe, arXiv 2210.09461); 0 for none
 * @param settings of the sessions that run the graphs
 */
public record ExportRequest(
        Checkpoint base,
        Merged merged,
        Preprocessing preprocessing,
        String version,
        Path output,
        boolean force,
        boolean verify,
        Optional<ParityInputs> inputs,
        Optional<LogitsSource> engine,
        NumberFormat format,
        int mergeTokens,
        SessionSettings settings) {

    /** A request to fill in. */
    public static Builder builder() {
        return new Builder();
    }

    /** A request like this one, to change. */
    public Builder toBuilder() {
        Builder builder = builder()
                .setBase(base)
                .setMerged(merged)
                .setVersion(version)
                .setOutput(output)
                .setSettings(settings)
                .optPreprocessing(preprocessing)
                .optForce(force)
                .optVerify(verify)
                .optFormat(format)
                .optMergeTokens(mergeTokens);
        inputs.ifPresent(builder::optInputs);
        engine.ifPresent(builder::optEngine);
        return builder;
    }

    /** Collects a request: what is {@code set} must be given, what is {@code opt} has a default. */
    public static final class Builder {
        private Checkpoint base;
        private Merged merged;
        private String version;
        private Path output;
        private SessionSettings settings;
        private Optional<Preprocessing> preprocessing = Optional.empty();
        private boolean force;
        private boolean verify = true;
        private Optional<ParityInputs> inputs = Optional.empty();
        private Optional<LogitsSource> engine = Optional.empty();
        private NumberFormat format = NumberFormat.PLAIN;
        private int mergeTokens;

        private Builder() {}

        /** The pre-trained model. */
        public Builder setBase(Checkpoint checkpoint) {
            base = checkpoint;
            return this;
        }

        /** What is added to it, with its head. */
        public Builder setMerged(Merged merge) {
            merged = merge;
            return this;
        }

        /** Version of ham, stored in the file. */
        public Builder setVersion(String ham) {
            version = ham;
            return this;
        }

        /** The file to write. */
        public Builder setOutput(Path file) {
            output = file;
            return this;
        }

        /** Of the sessions that run the graphs. */
        public Builder setSettings(SessionSettings sessions) {
            settings = sessions;
            return this;
        }

        /** How pixels become the model's input (default: as the base's own files say). */
        public Builder optPreprocessing(Preprocessing steps) {
            preprocessing = Optional.of(steps);
            return this;
        }

        /** Whether an existing output is replaced (default: no). */
        public Builder optForce(boolean replace) {
            force = replace;
            return this;
        }

        /** Whether the forms are compared (default: yes). */
        public Builder optVerify(boolean compare) {
            verify = compare;
            return this;
        }

        /** Compares on these images (default: seeded ones). */
        public Builder optInputs(ParityInputs images) {
            inputs = Optional.of(images);
            return this;
        }

        /** Compares with this third form too (default: two forms). */
        public Builder optEngine(LogitsSource third) {
            engine = Optional.of(third);
            return this;
        }

        /** Computes in these numbers (default: float32 for every runtime). */
        public Builder optFormat(NumberFormat numbers) {
            format = numbers;
            return this;
        }

        /** Merges so many tokens in a block of a ViT (default: 0). */
        public Builder optMergeTokens(int tokens) {
            mergeTokens = tokens;
            return this;
        }

        /** Of texts there is none, and none is stored. */
        private Preprocessing preprocessed() {
            return base.encoder().input() instanceof EncoderInput.Images images
                    ? Preprocessing.ofCheckpoint(base.directory(), images.side())
                    : Preprocessing.vitDefault(1);
        }

        /**
         * The request.
         *
         * @throws NullPointerException if something that must be given is not
         */
        public ExportRequest build() {
            Objects.requireNonNull(base, "base");
            return new ExportRequest(
                    base,
                    Objects.requireNonNull(merged, "merged"),
                    preprocessing.orElseGet(this::preprocessed),
                    Objects.requireNonNull(version, "version"),
                    Objects.requireNonNull(output, "output"),
                    force,
                    verify,
                    inputs,
                    engine,
                    format,
                    mergeTokens,
                    Objects.requireNonNull(settings, "settings"));
        }
    }
}
