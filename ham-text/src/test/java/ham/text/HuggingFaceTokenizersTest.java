package ham.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.runtime.ModelException;
import ham.runtime.tensor.Tensor;
import ham.runtime.text.TextPreprocessing;
import ham.runtime.text.TokenBatch;
import ham.runtime.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HuggingFaceTokenizersTest {
    /** Word pieces with BERT's frame, saved with somebody's padding and truncation. */
    private static final String JSON =
            """
            {"version": "1.0",
             "truncation": {"direction": "Right", "max_length": 4, "strategy": "LongestFirst", "stride": 0},
             "padding": {"strategy": {"Fixed": 8}, "direction": "Right", "pad_to_multiple_of": null, "pad_id": 0,
                         "pad_type_id": 0, "pad_token": "[PAD]"},
             "added_tokens": [],
             "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
                            "strip_accents": null, "lowercase": true},
             "pre_tokenizer": {"type": "BertPreTokenizer"},
             "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]},
             "decoder": null,
             "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                       "max_input_chars_per_word": 100,
                       "vocab": {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "my": 4, "card": 5, "##s": 6, "?": 7}}}
            """;

    @Test
    void lengthIsTheModelsAndPaddingTheBatchs(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve(TextPreprocessing.FILE), JSON);
        Files.writeString(folder.resolve("sentence_bert_config.json"), "{\"max_seq_length\": 6}");
        Files.writeString(folder.resolve("tokenizer_config.json"), "{\"model_max_length\": 1e30}");
        TextPreprocessing found = TextPreprocessing.ofCheckpoint(folder, 512, 0);
        assertThat(found.longest()).isEqualTo(6);
        TextPreprocessing told = TextPreprocessing.fromMetadata(found.metadata(), "model.onnx");
        assertThat(told).isEqualTo(found);
        try (Tokenizer tokenizer = told.open("model.onnx")) {
            List<long[]> rows = tokenizer.encode(List.of("My cards?", "card", "card card card card card card"));
            assertThat(rows.get(0)).containsExactly(2, 4, 5, 6, 7, 3);
            assertThat(rows.get(1)).containsExactly(2, 5, 3);
            assertThat(rows.get(2)).containsExactly(2, 5, 5, 5, 5, 3);
            Map<String, Tensor> batch = TokenBatch.of(rows.subList(0, 2), 0);
            assertThat(batch.get(TokenBatch.IDS).shape()).containsExactly(2L, 6L);
            assertThat(batch.get(TokenBatch.IDS).longs()).containsExactly(2, 4, 5, 6, 7, 3, 2, 5, 3, 0, 0, 0);
            assertThat(batch.get(TokenBatch.MASK).longs()).containsExactly(1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0);
            assertThat(tokenizer.encode(List.of())).isEmpty();
        }
    }

    @Test
    void whatIsNoTokenizerIsRefused(@TempDir Path folder) {
        assertThatThrownBy(() -> TextPreprocessing.ofCheckpoint(folder, 512, 0))
                .isInstanceOf(ModelException.class)
                .hasMessageContainingAll("tokenizer.json", "found nothing");
        assertThatThrownBy(() -> new TextPreprocessing("{}", 512, 0).open("model.onnx"))
                .isInstanceOf(ModelException.class)
                .hasMessageContainingAll("model.onnx", "tokenizer.json of Hugging Face");
        assertThatThrownBy(() -> TextPreprocessing.fromMetadata(Map.of(), "model.onnx"))
                .hasMessageContainingAll("model.onnx", TextPreprocessing.TOKENIZER_KEY);
    }
}
