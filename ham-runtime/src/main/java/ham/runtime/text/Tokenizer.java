package ham.runtime.text;

import java.util.List;

/** Splits texts into tokens. Safe for use by several threads until it is closed. */
public interface Tokenizer extends AutoCloseable {
    /**
     * Numbers of the tokens of texts, special ones included, without padding.
     *
     * @return a row a text, cut to the length that the tokenizer was opened with
     * @throws ham.runtime.ModelException if a text cannot be split
     */
    List<long[]> encode(List<String> texts);

    @Override
    void close();
}
