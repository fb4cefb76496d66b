package ham.job.tune;

import ham.merge.InputException;
import ham.runtime.model.SessionSettings;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What is tuned, and for what.
 *
 * @param model an ONNX file without external data
 * @param output the file to write
 * @param force whether an existing output is replaced
 * @param batch rows of a run; empty for {@value #BATCH}, or as many as the model fixes
 * @param lengths tokens of a text, each measured; for dimensions of whole-number inputs that are free; empty for {@link #usualLengths}, or what the model fixes
 * @param threads that share an operator; 0 for one a physical core
 * @param seconds for all runs that are measured; a form has nine turns at least, however long these take
 * @param int8 whether forms in int8 may win
 * @param mergeTokens of a ViT that ham built, forms that merge so many tokens in a block may win too; 0 for none
 * @param images safetensors with {@code pixel_values} on which int8 and merged tokens are compared; random inputs without it
 * @param others further forms of the model that are there, by name; where there are some, the only ones beside ONNX Runtime's own rewriting
 * @param bound int8 and merged tokens: the largest part of rows whose most probable class may be another
 */
public record TuneRequest(
        Path model,
        Path output,
        boolean force,
        OptionalInt batch,
        Optional<List<Integer>> lengths,
        int threads,
        double seconds,
        boolean int8,
        int mergeTokens,
        Optional<Path> images,
        double bound,
        Map<String, Path> others) {
    /** Rows of a run where none are asked for. */
    static final int BATCH = 1;

    /** Checks the numbers. */
    public TuneRequest {
        lengths = lengths.map(List::copyOf);
        others = Collections.unmodifiableMap(new LinkedHashMap<>(others));
        batch.ifPresent(each -> atLeastOne("batch", each));
        lengths.ifPresent(all -> all.forEach(each -> atLeastOne("length", each)));
        if (lengths.filter(List::isEmpty).isPresent()) {
            throw InputException.parameter("length", "expected at least one length, found none");
        }
        SessionSettings.refusal(threads).ifPresent(sentence -> {
            throw InputException.parameter("threads", sentence);
        });
        if (!(seconds > 0)) {
            throw InputException.parameter("seconds", "expected more than 0, found " + seconds);
        }
        if (mergeTokens < 0) {
            throw InputException.parameter("merge-tokens", "expected 0 or more, found " + mergeTokens);
        }
        if (!(bound >= 0 && bound <= 1)) {
            throw InputException.parameter("bound", "expected a part from 0 to 1, found " + bound);
        }
    }

    /**
     * Forms of one model that an export has made and compared: batch 1, 16 and 128 tokens, for ten seconds.
     *
     * @param forms name to file; the first is the model as it is
     * @param threads that share an operator; 0 for one a physical core
     */
    public static TuneRequest between(Map<String, Path> forms, Path output, int threads) {
        Map<String, Path> others = new LinkedHashMap<>(forms);
        String first = forms.keySet().iterator().next();
        Path model = others.remove(first);
        return new TuneRequest(
                model,
                output,
                true,
                OptionalInt.empty(),
                Optional.empty(),
                threads,
                10,
                false,
                0,
                Optional.empty(),
                1,
                others);
    }

    /** Tokens of a text where none are asked for: 32, and 16 and 128 between forms of an export. */
    List<Integer> usualLengths() {
        return others.isEmpty() ? List.of(32) : List.of(16, 128);
    }

    private static void atLeastOne(String parameter, int value) {
        if (value < 1) {
            throw InputException.parameter(parameter, "expected at least 1, found " + value);
        }
    }
}
