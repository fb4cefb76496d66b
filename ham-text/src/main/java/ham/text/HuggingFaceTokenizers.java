package ham.text;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.LibUtils;
import ai.djl.util.Utils;
import ham.runtime.ModelException;
import ham.runtime.text.Tokenizer;
import ham.runtime.text.TokenizerProvider;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Tokenizers by the library of Hugging Face in DJL's binding, whose native part lies in its jar.
 *
 * <p>Texts are never padded here, and cut to the length that whoever opens a tokenizer says, whatever {@code tokenizer.json} has of both.
 */
public final class HuggingFaceTokenizers implements TokenizerProvider {
    /** Which build of the native library DJL takes; any other than this would be fetched. */
    private static final String FLAVOR = "RUST_FLAVOR";

    /** For {@link java.util.ServiceLoader}. */
    public HuggingFaceTokenizers() {}

    @Override
    public Tokenizer open(String json, int longest, String name) {
        if (System.getenv(FLAVOR) == null && System.getProperty(FLAVOR) == null) {
            System.setProperty(FLAVOR, "cpu");
        }
        requireLibrary(name);
        try {
            HuggingFaceTokenizer opened = HuggingFaceTokenizer.newInstance(
                    new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)),
                    Map.of(
                            "padding",
                            "false",
                            "truncation",
                            "true",
                            "maxLength",
                            String.valueOf(longest),
                            "modelMaxLength",
                            String.valueOf(longest)));
            return new Opened(opened, name);
        } catch (IOException | RuntimeException e) {
            throw new ModelException(
                    name + ": expected a tokenizer.json of Hugging Face, found one that cannot be read ("
                            + e.getMessage() + "); save it anew with the library that made it.",
                    e);
        }
    }

    /** That it does not load is no fault of the tokenizer. */
    private static void requireLibrary(String name) {
        try {
            LibUtils.checkStatus();
        } catch (RuntimeException | LinkageError e) {
            throw new ModelException(
                    name + ": expected the native library of the tokenizers, but it cannot be loaded from "
                            + Utils.getEngineCacheDir("tokenizers")
                            + ", where it is unpacked: free some space there, or set DJL_CACHE_DIR to a folder that can be"
                            + " written.",
                    e);
        }
    }

    private record Opened(HuggingFaceTokenizer tokenizer, String name) implements Tokenizer {
        @Override
        public List<long[]> encode(List<String> texts) {
            if (texts.isEmpty()) {
                return List.of();
            }
            try {
                return Arrays.stream(tokenizer.batchEncode(texts))
                        .map(Encoding::getIds)
                        .toList();
            } catch (RuntimeException e) {
                throw new ModelException(
                        name + ": expected texts that the tokenizer splits, found one that it does not ("
                                + e.getMessage() + ").",
                        e);
            }
        }

        @Override
        public void close() {
            tokenizer.close();
        }
    }
}
