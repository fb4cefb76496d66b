package ham.export.bake.verify;

import ham.export.OnnxFiles;
import ham.export.encoder.EncoderForms;
import ham.export.encoder.WeightChanges;
import ham.export.graph.OperatorSets;
import ham.export.parity.EncoderRun;
import ham.export.parity.ParityInputs;
import ham.merge.InputException;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.encoder.EncoderInput;
import ham.merge.folder.Merged;
import ham.merge.head.NamedHead;
import ham.runtime.model.OnnxModel;
import ham.runtime.model.SessionSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** ham's own forward pass of a checkpoint, built from its weights, with a merge and without: a reference that no exporter had a hand in. */
public final class OwnForward {

    private final Checkpoint base;
    private final WeightChanges changes;
    private final Optional<NamedHead> head;
    private final SessionSettings settings;

    private OwnForward(Checkpoint base, WeightChanges changes, Optional<NamedHead> head, SessionSettings settings) {
        this.base = base;
        this.changes = changes;
        this.head = head;
        this.settings = settings;
    }

    /**
     * Prepares the forward pass.
     *
     * @param weights a checkpoint's folder
     * @param head the merge's head, where it replaces the classifier
     * @return empty where ham cannot build that model, or there is no classifier
     */
    public static Optional<OwnForward> of(
            Path weights, Merged merged, Optional<NamedHead> head, SessionSettings settings) {
        if (!Files.isRegularFile(weights.resolve("config.json"))) {
            return Optional.empty();
        }
        try {
            Checkpoint base = Checkpoint.open(weights);
            // Its hash was compared with the merge's before.
            WeightChanges changes = WeightChanges.of(base, merged.baseSha256().orElse(""), merged);
            OwnForward own = new OwnForward(base, changes, head, settings);
            new EncoderForms(base, changes, head);
            return Optional.of(own);
        } catch (InputException e) {
            return Optional.empty();
        }
    }

    /** What goes in. */
    EncoderInput input() {
        return base.encoder().input();
    }

    /** Whether the bare checkpoint can be run too. */
    boolean hasBare() {
        return base.hasClassifier() || head.isEmpty();
    }

    /** Logits [samples, classes] of the checkpoint with the merge. */
    float[] merged(ParityInputs inputs, Path scratch) throws IOException {
        return run(new EncoderForms(base, changes, head), inputs, scratch);
    }

    /** Logits [samples, classes] of the bare checkpoint. */
    float[] bare(ParityInputs inputs, Path scratch) throws IOException {
        return run(
                new EncoderForms(base, WeightChanges.of(base, "", Merged.none()), Optional.empty()), inputs, scratch);
    }

    private float[] run(EncoderForms forms, ParityInputs inputs, Path scratch) throws IOException {
        try {
            OnnxFiles.write(OperatorSets.model(forms.baked()).build(), scratch);
            try (OnnxModel model = OnnxModel.open(scratch, settings)) {
                return EncoderRun.of(model).all(inputs);
            }
        } finally {
            Files.deleteIfExists(scratch);
        }
    }
}
