package ham.runtime.text;

/** What opens tokenizers; found by {@link java.util.ServiceLoader}. */
public interface TokenizerProvider {
    /**
     * Opens a tokenizer.
     *
     * @param json content of a {@code tokenizer.json}; its own padding and truncation count for nothing
     * @param longest most tokens of a text, special ones included; longer texts are cut
     * @param name where it was read, for messages
     * @throws ham.runtime.ModelException if it is none that is known here
     */
    Tokenizer open(String json, int longest, String name);
}
