package ham.train.input;

import ham.merge.InputException;
import ham.runtime.tensor.Tensor;
import ham.runtime.text.TokenBatch;
import ham.runtime.text.Tokenizer;
import ham.train.data.Examples;
import ham.train.data.TextSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Texts as token numbers and a mask, {@value TokenBatch#IDS} and {@value TokenBatch#MASK} [n, t] in int64, padded to the longest of a batch. Texts are
 * split once, when they are opened.
 *
 * @param tokenizer the model's own
 * @param padding number of its padding token
 */
public record TextReader(Tokenizer tokenizer, long padding) implements InputReader {
    @Override
    public InputSource open(Examples set, int... indices) {
        if (!(set instanceof TextSet texts)) {
            throw new InputException("data: expected texts, which this model takes, found " + set.kind()
                    + "; give texts, or an encoder of images as base");
        }
        List<String> chosen = Arrays.stream(indices).mapToObj(texts::text).toList();
        return new Source(tokenizer.encode(chosen), padding);
    }

    @Override
    public void close() {
        tokenizer.close();
    }

    private record Source(List<long[]> rows, long padding) implements InputSource {
        @Override
        public int size() {
            return rows.size();
        }

        @Override
        public int length(int index) {
            return rows.get(index).length;
        }

        @Override
        public void skip(Augmentation augmentation, Random random) {
            // Nothing is drawn for a text.
        }

        @Override
        public Writer newWriter(int capacity) {
            return new Tokens(this);
        }
    }

    private static final class Tokens implements InputSource.Writer {
        private final Source source;
        private final List<long[]> rows = new ArrayList<>();

        Tokens(Source source) {
            this.source = source;
        }

        @Override
        public void clear() {
            rows.clear();
        }

        @Override
        public void add(int... indices) {
            for (int index : indices) {
                rows.add(source.rows().get(index));
            }
        }

        @Override
        public void add(Augmentation augmentation, Random random, int... indices) {
            add(indices);
        }

        @Override
        public Map<String, Tensor> inputs() {
            return TokenBatch.of(rows, source.padding());
        }
    }
}
