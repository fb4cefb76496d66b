package ham.spark.ship;

import ham.runtime.model.Model;
import ham.runtime.text.TextPreprocessing;
import ham.runtime.text.Tokenizer;
import java.util.function.Supplier;

/** The tokenizer that a model carries in its metadata, opened by whoever asks for it first. Safe for use by several threads. */
public final class CarriedTokenizer implements Supplier<Tokenizer>, AutoCloseable {
    private final Model model;
    private Tokenizer opened;

    /** Of a model, which need not have one. */
    public CarriedTokenizer(Model model) {
        this.model = model;
    }

    /**
     * The tokenizer; the same one every time.
     *
     * @throws ham.runtime.ModelException if there is none, or nothing here splits texts
     */
    @Override
    public synchronized Tokenizer get() {
        if (opened == null) {
            opened = TextPreprocessing.fromMetadata(model.metadata(), model.name())
                    .open(model.name());
        }
        return opened;
    }

    @Override
    public synchronized void close() {
        if (opened != null) {
            opened.close();
        }
    }
}
