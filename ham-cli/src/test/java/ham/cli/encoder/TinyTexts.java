package ham.cli.encoder;

import ham.cli.Cli;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Stream;

/** A few texts of classes that share no word, and a tokenizer of whole words for one of the tiny encoders. */
final class TinyTexts {
    private static final int WORDS = 8;
    private static final int TRAINING = 10;
    private static final int TEST = 4;

    private TinyTexts() {}

    /** A text encoder of {@code testdata/encoders} with a tokenizer beside it. */
    static Path base(String encoder, int padding, Path folder) {
        try (Stream<Path> files = Files.list(Cli.testdata("encoders").resolve(encoder))) {
            Files.createDirectories(folder);
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, folder.resolve(file.getFileName().toString()));
            }
            StringBuilder words = new StringBuilder();
            for (int i = 0; i < 10 * WORDS; i++) {
                words.append(", \"w").append(i).append("\": ").append(4 + i);
            }
            Files.writeString(
                    folder.resolve("tokenizer.json"),
                    """
                    {"version": "1.0", "truncation": null, "padding": null, "added_tokens": [], "normalizer": null,
                     "pre_tokenizer": {"type": "WhitespaceSplit"},
                     "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]},
                     "decoder": null,
                     "model": {"type": "WordLevel", "unk_token": "[UNK]",
                               "vocab": {"[PAD]": %d, "[UNK]": %d, "[CLS]": 2, "[SEP]": 3%s}}}
                    """
                            .formatted(padding, 1 - padding, words));
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Training and test texts. */
    static Path data(int classes, Path folder) {
        try {
            Files.createDirectories(folder);
            Random random = new Random(3);
            Files.writeString(folder.resolve("train.csv"), rows(classes, TRAINING, random));
            Files.writeString(folder.resolve("test.csv"), rows(classes, TEST, random));
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String rows(int classes, int each, Random random) {
        StringBuilder rows = new StringBuilder("text,label\n");
        for (int label = 0; label < classes; label++) {
            for (int i = 0; i < each; i++) {
                for (int word = 0; word <= 2 + i % 3; word++) {
                    rows.append(word == 0 ? "w" : " w").append(WORDS * label + random.nextInt(WORDS));
                }
                rows.append(",class").append(label).append('\n');
            }
        }
        return rows.toString();
    }
}
