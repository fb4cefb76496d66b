package ham.cli.inspect;

import ham.merge.checkpoint.Checkpoint;
import ham.merge.encoder.EncoderInput;
import java.util.Locale;

/** What an encoder of any family is, in a line. */
final class CheckpointText {
    private CheckpointText() {}

    static String of(Checkpoint checkpoint) {
        return String.format(
                Locale.ROOT,
                "%s: %d blocks, features of width %d, %s",
                checkpoint.encoder().family(),
                checkpoint.encoder().blocks(),
                checkpoint.encoder().width(),
                input(checkpoint.encoder().input()));
    }

    private static String input(EncoderInput input) {
        if (input instanceof EncoderInput.Images images) {
            return images.side() + " x " + images.side() + " pixels";
        }
        EncoderInput.Text text = (EncoderInput.Text) input;
        return "texts of at most " + text.longest() + " of " + text.vocabulary() + " tokens";
    }
}
