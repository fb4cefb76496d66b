package ham.export.importing;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.InputException;
import ham.merge.io.JsonFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** How the tokens of a text become one vector. */
public enum GraphPooling {
    /** The mean of all tokens, divided by its length: what sentence-transformers' models mostly are. */
    MEAN_UNIT(true, true),
    /** The mean of all tokens. */
    MEAN(true, false),
    /** The first token, divided by its length. */
    CLS_UNIT(false, true),
    /** The first token. */
    CLS(false, false);

    private final boolean mean;
    private final boolean unit;

    GraphPooling(boolean mean, boolean unit) {
        this.mean = mean;
        this.unit = unit;
    }

    /** The name in options and records. */
    public String optionName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * What {@link #optionName} gives.
     *
     * @throws InputException when it is something else
     */
    public static GraphPooling parse(String text) {
        return Arrays.stream(values())
                .filter(each -> each.optionName().equals(text))
                .findFirst()
                .orElseThrow(() -> InputException.parameter(
                        "pooling",
                        "expected one of "
                                + Arrays.stream(values())
                                        .map(GraphPooling::optionName)
                                        .collect(Collectors.joining(", "))
                                + ", found '" + text + "'"));
    }

    boolean isMean() {
        return mean;
    }

    boolean isUnit() {
        return unit;
    }

    /** Writes it as sentence-transformers does. */
    void write(Path folder, long width) throws IOException {
        ArrayNode modules = JsonNodeFactory.instance.arrayNode();
        module(modules, "", "Transformer");
        module(modules, "1_Pooling", "Pooling");
        if (unit) {
            module(modules, "2_Normalize", "Normalize");
        }
        Files.writeString(folder.resolve("modules.json"), JsonFiles.pretty(modules));
        ObjectNode pooling = JsonFiles.object();
        pooling.put("word_embedding_dimension", width);
        pooling.put("pooling_mode_cls_token", !mean);
        pooling.put("pooling_mode_mean_tokens", mean);
        pooling.put("pooling_mode_max_tokens", false);
        pooling.put("pooling_mode_mean_sqrt_len_tokens", false);
        Files.createDirectories(folder.resolve("1_Pooling"));
        Files.writeString(folder.resolve("1_Pooling/config.json"), JsonFiles.pretty(pooling));
    }

    private static void module(ArrayNode modules, String path, String type) {
        ObjectNode module = modules.addObject();
        module.put("idx", modules.size() - 1);
        module.put("name", String.valueOf(modules.size() - 1));
        module.put("path", path);
        module.put("type", "sentence_transformers.models." + type);
    }
}
