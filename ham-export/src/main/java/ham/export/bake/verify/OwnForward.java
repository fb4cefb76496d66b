package ham.export.bake.verify;

import ham.export.OnnxFiles;
import ham.export.graph.OperatorSets;
import ham.export.parity.LogitsSource;
import ham.export.parity.ParityInputs;
import ham.export.vit.VitForms;
import ham.export.vit.WeightChanges;
import ham.merge.InputException;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.checkpoint.VitConfig;
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
            new VitForms(base, changes, head);
            return Optional.of(own);
        } catch (InputException e) {
            return Optional.empty();
        }
    }

    /** Side of the images that it takes, in pixels. */
    int side() {
        return base.config().imageSize();
    }

    /** Whether the bare checkpoint can be run too. */
    boolean hasBare() {
        return base.hasClassifier();
    }

    /** Logits [samples, classes] of the checkpoint with the merge. */
    float[] merged(ParityInputs inputs, Path scratch) throws IOException {
        return run(new VitForms(base, changes, head), inputs, scratch);
    }

    /** Logits [samples, classes] of the bare checkpoint. */
    float[] bare(ParityInputs inputs, Path scratch) throws IOException {
        return run(new VitForms(base, WeightChanges.of(base, "", Merged.none()), Optional.empty()), inputs, scratch);
    }

    private float[] run(VitForms forms, ParityInputs inputs, Path scratch) throws IOException {
        try {
            OnnxFiles.write(OperatorSets.model(forms.baked()).build(), scratch);
            VitConfig config = base.config();
            try (OnnxModel model = OnnxModel.open(scratch, settings)) {
                LogitsSource source = (pixels, images) -> model.run(
                        pixels, new long[] {images, config.channels(), config.imageSize(), config.imageSize()});
                return source.all(inputs);
            }
        } finally {
            Files.deleteIfExists(scratch);
        }
    }
}
