package ham.train.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.merge.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextListsTest {
    @TempDir
    private Path folder;

    private void write(String name, String... lines) throws IOException {
        Files.writeString(folder.resolve(name), String.join("\n", lines) + "\n");
    }

    private static TextSet texts(Examples examples) {
        return (TextSet) examples;
    }

    @Test
    void readsTablesWithTheUsualNames() throws IOException {
        write("train.csv", "text,category", "\"Where, is my card?\",card", "I was charged twice,charge");
        write("test.tsv", "intent\tid\tsentence", "charge\t7\tWhy this fee", "card\t8\tlost it");
        Dataset data = DataSpec.open(folder);
        assertThat(data.isText()).isTrue();
        assertThat(data.classNames()).containsExactly("card", "charge");
        assertThat(texts(data.train()).texts()).containsExactly("Where, is my card?", "I was charged twice");
        assertThat(texts(data.test()).labels()).containsExactly(1, 0);
        assertThatThrownBy(data::testImages)
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll("train.csv", "expected images, found texts");
    }

    @Test
    void takesTheColumnsThatAreNamed() throws IOException {
        write(
                "train.jsonl",
                "{\"body\": \"a b\", \"text\": \"no\", \"kind\": \"x\"}",
                "{\"body\": \"c d\", \"kind\": \"y\"}");
        write("test.jsonl", "{\"body\": \"e\", \"kind\": \"x\"}", "{\"body\": \"f\", \"kind\": \"y\"}");
        Dataset data = DataSpec.open(folder, new TextColumns(Optional.of("body"), Optional.of("kind")));
        assertThat(texts(data.train()).texts()).containsExactly("a b", "c d");
        assertThatThrownBy(() -> DataSpec.open(folder)).hasMessageContaining("object 1: expected a class under one of");
    }

    @Test
    void readsClincWithoutWhatIsOutOfScope() throws IOException {
        write(
                "data_full.json",
                "{\"oos_val\": [[\"what now then\", \"oos\"]], \"val\": [[\"v one\", \"b\"], [\"v two\", \"a\"]],",
                " \"train\": [[\"t one\", \"b\"], [\"t two\", \"a\"], [\"t three\", \"a\"]],",
                " \"test\": [[\"s one\", \"a\"], [\"s two\", \"b\"]]}");
        write("domains.json", "{\"second\": [\"b\"], \"first\": [\"a\"]}");
        Dataset data = DataSpec.open(folder);
        assertThat(data.classNames()).containsExactly("a", "b");
        assertThat(texts(data.train()).texts()).containsExactly("t one", "t two", "t three");
        assertThat(texts(data.test()).texts()).containsExactly("s one", "s two");
        Dataset grouped = DataSpec.open(folder.resolve("domains.json"));
        assertThat(grouped.classNames()).containsExactly("b", "a");
        assertThat(texts(grouped.train()).labels()).containsExactly(0, 1, 1);
        assertThat(grouped.files()).contains(folder.resolve("domains.json"));
        write("domains.json", "{\"second\": [\"b\"]}");
        assertThatThrownBy(() -> DataSpec.open(folder.resolve("domains.json")))
                .hasMessageContaining("expected every class of data_full.json once, found 1 names for its 2 classes");
    }

    @Test
    void listsOfImagesStayThat() throws IOException {
        write("train.csv", "file_name,text,label", "a.png,a cat,cat");
        assertThat(new TextLists(TextColumns.USUAL).isIn(folder)).isFalse();
        write("train.json", "[[\"a.png\", \"cat\"]]");
        Files.delete(folder.resolve("train.csv"));
        assertThat(new TextLists(TextColumns.USUAL).isIn(folder)).isFalse();
    }

    @Test
    void rowsWithoutTextOrClassAreNamed() throws IOException {
        write("train.csv", "text,label", "good words,x", ",y");
        write("test.csv", "text,label", "more words,x", "and more,y");
        assertThatThrownBy(() -> DataSpec.open(folder))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll("train.csv", "row 2: expected a text under text, found none");
    }
}
