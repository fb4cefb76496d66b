package ham.runtime.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.common.BrokenJson;
import ham.runtime.ModelException;
import ham.runtime.json.JsonTree;
import ham.runtime.json.TextFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.ServiceLoader;

/**
 * How texts become token numbers, as the files of a checkpoint or a model's metadata say it.
 *
 * @param tokenizer content of a {@code tokenizer.json}
 * @param longest most tokens of a text, special ones included
 * @param padding number of the token that fills up shorter texts
 */
public record TextPreprocessing(String tokenizer, int longest, long padding) {
    /** Key of the tokenizer in a model's metadata. */
    public static final String TOKENIZER_KEY = "ham.tokenizer";

    /** Key of length and padding in a model's metadata. */
    public static final String METADATA_KEY = "ham.text";

    /** Name of the file in a checkpoint's folder, and the end of its name beside a model. */
    public static final String FILE = "tokenizer.json";

    /** What libraries write for "no limit" is above. */
    private static final long MOST = 1_000_000;

    /**
     * Checks the numbers.
     *
     * @throws ModelException if they are out of range
     */
    public TextPreprocessing {
        if (longest < 2 || padding < 0) {
            throw new ModelException("Expected at least 2 tokens a text and the number of a padding token, found "
                    + longest + " and " + padding + ".");
        }
    }

    /**
     * What lies in a checkpoint's folder: {@code tokenizer.json}, and the shortest of the lengths that {@code tokenizer_config.json}
     * ({@code model_max_length}), {@code sentence_bert_config.json} ({@code max_seq_length}) and the model itself allow. Padding and truncation in
     * {@code tokenizer.json} are whoever's that saved it, and count for nothing.
     *
     * @param longest most tokens that the model takes
     * @param padding number of its padding token
     * @throws ModelException if there is no tokenizer
     */
    public static TextPreprocessing ofCheckpoint(Path folder, int longest, long padding) {
        Path file = folder.resolve(FILE);
        if (!Files.isRegularFile(file)) {
            throw new ModelException(file + ": expected the tokenizer of the model, found nothing; save it there"
                    + " (transformers: AutoTokenizer.from_pretrained(...).save_pretrained(...)).");
        }
        long least = longest;
        least = Math.min(least, number(folder.resolve("tokenizer_config.json"), "model_max_length"));
        least = Math.min(least, number(folder.resolve("sentence_bert_config.json"), "max_seq_length"));
        return new TextPreprocessing(
                compact(TextFile.read(file, "a tokenizer"), file.toString()), (int) least, padding);
    }

    private static long number(Path file, String key) {
        if (!Files.isRegularFile(file)) {
            return Long.MAX_VALUE;
        }
        JsonNode value =
                parse(TextFile.read(file, "a JSON text"), file.toString()).path(key);
        return value.isNumber() && value.asDouble() > 0 && value.asDouble() < MOST ? value.asLong() : Long.MAX_VALUE;
    }

    /** Without the white space of files that were made to be read. */
    private static String compact(String json, String name) {
        return parse(json, name).toString();
    }

    private static JsonNode parse(String json, String name) {
        try {
            return JsonTree.parse(json);
        } catch (JsonProcessingException e) {
            throw new ModelException(
                    name + ": expected JSON, found " + BrokenJson.problem(e.getOriginalMessage()) + ".", e);
        }
    }

    /** Whether a model's metadata say how its texts become tokens. */
    public static boolean isIn(Map<String, String> metadata) {
        return metadata.containsKey(METADATA_KEY);
    }

    /**
     * What {@link #metadata} gave.
     *
     * @param name of the model, for messages
     * @throws ModelException if it is not all there
     */
    public static TextPreprocessing fromMetadata(Map<String, String> metadata, String name) {
        String tokenizer = metadata.get(TOKENIZER_KEY);
        if (tokenizer == null || !isIn(metadata)) {
            throw new ModelException(name + ": expected a tokenizer in its metadata (" + TOKENIZER_KEY + ", "
                    + METADATA_KEY + "), found none; export it with ham, or put " + FILE + " beside it.");
        }
        JsonNode text = parse(metadata.get(METADATA_KEY), name + ", metadata " + METADATA_KEY);
        return new TextPreprocessing(
                tokenizer, text.path("longest").asInt(), text.path("padding").asLong(-1));
    }

    /** Entries for a model's metadata. */
    public Map<String, String> metadata() {
        ObjectNode text = JsonNodeFactory.instance.objectNode();
        text.put("longest", longest);
        text.put("padding", padding);
        Map<String, String> entries = new LinkedHashMap<>();
        entries.put(METADATA_KEY, text.toString());
        entries.put(TOKENIZER_KEY, tokenizer);
        return entries;
    }

    /**
     * Opens the tokenizer.
     *
     * @param name where it was read, for messages
     * @throws ModelException if nothing here opens tokenizers, or this one is not known
     */
    public Tokenizer open(String name) {
        return ServiceLoader.load(TokenizerProvider.class, TokenizerProvider.class.getClassLoader())
                .findFirst()
                .orElseThrow(() -> new ModelException(name
                        + ": expected something that splits texts into tokens, found nothing; put ham-text on the class"
                        + " path."))
                .open(tokenizer, longest, name);
    }
}
