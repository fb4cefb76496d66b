package ham.export;

import ham.export.parity.LogitsSource;
import ham.export.parity.ParityInputs;
import ham.export.precision.NumberFormat;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.folder.Merged;
import ham.runtime.model.SessionSettings;
import ham.runtime.preprocess.Preprocessing;
import java.nio.file.Path;
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
        SessionSettings settings) {

    /** A request that verifies on seeded images and replaces nothing; the preprocessing is the base's own. */
    public static ExportRequest of(
            Checkpoint base, Merged merged, String version, Path output, SessionSettings settings) {
        Preprocessing preprocessing =
                Preprocessing.ofCheckpoint(base.directory(), base.config().imageSize());
        return new ExportRequest(
                base,
                merged,
                preprocessing,
                version,
                output,
                false,
                true,
                Optional.empty(),
                Optional.empty(),
                NumberFormat.PLAIN,
                settings);
    }

    /** Whether an existing output is replaced. */
    public ExportRequest withForce(boolean replace) {
        return new ExportRequest(
                base, merged, preprocessing, version, output, replace, verify, inputs, engine, format, settings);
    }

    /** Whether the forms are compared. */
    public ExportRequest withVerify(boolean compare) {
        return new ExportRequest(
                base, merged, preprocessing, version, output, force, compare, inputs, engine, format, settings);
    }

    /** Compares on these images. */
    public ExportRequest withInputs(ParityInputs images) {
        return new ExportRequest(
                base,
                merged,
                preprocessing,
                version,
                output,
                force,
                verify,
                Optional.of(images),
                engine,
                format,
                settings);
    }

    /** Compares with this third form too. */
    public ExportRequest withEngine(LogitsSource third) {
        return new ExportRequest(
                base,
                merged,
                preprocessing,
                version,
                output,
                force,
                verify,
                inputs,
                Optional.of(third),
                format,
                settings);
    }

    /** Computes in these numbers. */
    public ExportRequest withFormat(NumberFormat numbers) {
        return new ExportRequest(
                base, merged, preprocessing, version, output, force, verify, inputs, engine, numbers, settings);
    }

    /** Writes another file. */
    public ExportRequest withOutput(Path file) {
        return new ExportRequest(
                base, merged, preprocessing, version, file, force, verify, inputs, engine, format, settings);
    }
}
