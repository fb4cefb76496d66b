package ham.export.bake;

import ham.merge.folder.Merged;
import ham.runtime.model.SessionSettings;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What to bake, and how to make sure of it.
 *
 * @param model the graph that somebody exported
 * @param weights the checkpoint that it was exported from: a folder or a safetensors file; empty if the graph keeps its names
 * @param merged what is added
 * @param head which classifier the result has
 * @param version version of ham, stored in the file
 * @param output the file to write; external data goes to a file of that name with {@code .data} behind it
 * @param force whether existing outputs are replaced
 * @param verify whether the result is run beside the unchanged graph with explicit deltas before it gets its name
 * @param inputs safetensors file with images that they are run on; seeded images if empty
 * @param settings of the sessions that run them
 */
public record BakeRequest(
        Path model,
        Optional<Path> weights,
        Merged merged,
        HeadChoice head,
        String version,
        Path output,
        boolean force,
        boolean verify,
        Optional<Path> inputs,
        SessionSettings settings) {

    /** Where the classifier of the result comes from. */
    public enum HeadChoice {
        /** The merge's head replaces the graph's classifier, where the merge has one. */
        MERGED,
        /** The graph's classifier stays. */
        KEEP
    }

    /** A request that verifies on seeded images, takes the merge's head and replaces nothing. */
    public static BakeRequest of(
            Path model, Optional<Path> weights, Merged merged, String version, Path output, SessionSettings settings) {
        return new BakeRequest(
                model, weights, merged, HeadChoice.MERGED, version, output, false, true, Optional.empty(), settings);
    }

    /** Whether existing outputs are replaced. */
    public BakeRequest withForce(boolean replace) {
        return new BakeRequest(model, weights, merged, head, version, output, replace, verify, inputs, settings);
    }

    /** Whether the result is verified. */
    public BakeRequest withVerify(boolean compare) {
        return new BakeRequest(model, weights, merged, head, version, output, force, compare, inputs, settings);
    }

    /** Which classifier the result has. */
    public BakeRequest withHead(HeadChoice choice) {
        return new BakeRequest(model, weights, merged, choice, version, output, force, verify, inputs, settings);
    }

    /** Verifies on these images. */
    public BakeRequest withInputs(Path images) {
        return new BakeRequest(
                model, weights, merged, head, version, output, force, verify, Optional.of(images), settings);
    }
}
