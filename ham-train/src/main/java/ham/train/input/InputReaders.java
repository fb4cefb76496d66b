package ham.train.input;

import ham.merge.checkpoint.Checkpoint;
import ham.merge.encoder.EncoderInput;
import ham.runtime.preprocess.Preprocessing;
import ham.runtime.text.TextPreprocessing;

/** How examples become what a checkpoint takes. */
public final class InputReaders {
    private InputReaders() {}

    /**
     * By the files in its folder: an image processor, or a tokenizer.
     *
     * @throws ham.common.HamException if they are missing or not known
     */
    public static InputReader of(Checkpoint base) {
        if (base.encoder().input() instanceof EncoderInput.Text text) {
            TextPreprocessing preprocessing =
                    TextPreprocessing.ofCheckpoint(base.directory(), text.longest(), text.padding());
            return new TextReader(preprocessing.open(base.directory().toString()), text.padding());
        }
        return new ImageReader(
                Preprocessing.ofCheckpoint(base.directory(), base.images().side()));
    }
}
