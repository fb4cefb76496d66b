package ham.train.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.merge.InputException;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageListsTest {
    @TempDir
    private Path folder;

    /** Images of one pixel that is their number. */
    @BeforeEach
    void write() throws IOException {
        Files.createDirectories(folder.resolve("bilder ü"));
        for (int i = 0; i < 4; i++) {
            Files.writeString(folder.resolve("bilder ü/" + i + ".ppm"), "P3 1 1 255 " + (i + " ").repeat(3));
        }
    }

    private void write(String name, String text) throws IOException {
        Files.createDirectories(folder.resolve(name).getParent());
        Files.writeString(folder.resolve(name), text);
    }

    private void assertBoth() {
        Dataset data = DataSpec.open(folder);
        assertThat(data.classNames()).containsExactly("käfer", "vogel, groß");
        assertThat(numbers(data.trainImages())).containsExactly(0, 1);
        assertThat(labels(data.trainImages())).containsExactly(1, 0);
        assertThat(numbers(data.testImages())).containsExactly(2, 3);
        assertThat(labels(data.testImages())).containsExactly(0, 1);
    }

    private static int[] numbers(ImageSet images) {
        return IntStream.range(0, images.size())
                .map(i -> images.image(i).rgb()[0])
                .toArray();
    }

    private static int[] labels(ImageSet images) {
        return IntStream.range(0, images.size()).map(images::label).toArray();
    }

    /** As many data sets have them; a name may hold spaces, and so may a class. */
    @ParameterizedTest
    @ValueSource(strings = {" ", "\t", ", ", ";"})
    void readsLinesOfAPathAndAClass(String between) throws IOException {
        write(
                "train.txt",
                "# a comment\nbilder ü/0.ppm" + between + "vogel, groß\n\nbilder ü/1.ppm" + between + "käfer\n");
        write("val.txt", "bilder ü/2.ppm" + between + "käfer\nbilder ü/3.ppm" + between + "vogel, groß\n");
        write("README.txt", "This is no list.\n");
        assertBoth();
    }

    @Test
    void aLineWithoutAClassMeansTheFolder() throws IOException {
        Files.createDirectory(folder.resolve("zebra"));
        Files.move(folder.resolve("bilder ü/1.ppm"), folder.resolve("zebra/1.ppm"));
        write("train.txt", "./bilder ü/0.ppm\nzebra/1.ppm\n");
        write("test.txt", "bilder ü/2.ppm\nzebra/1.ppm\n");
        Dataset data = DataSpec.open(folder);
        assertThat(data.classNames()).containsExactly("bilder ü", "zebra");
        assertThat(labels(data.trainImages())).containsExactly(0, 1);
        assertThat(numbers(data.trainImages())).containsExactly(0, 1);
        write("test.txt", "2.ppm\n");
        assertThatThrownBy(() -> DataSpec.open(folder))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("line 1: expected the path of an image and its class, found '2.ppm'");
        write("test.txt", "nonsense\n");
        assertThatThrownBy(() -> DataSpec.open(folder))
                .hasMessageContaining("line 1: expected the path of an image and its class, found 'nonsense'");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            value = {"path,label!,", "file_name;label!;", "Filename\tCLASS\t!\t"},
            ignoreLeadingAndTrailingWhitespace = false)
    void readsTwoLists(String header, String separator) throws IOException {
        write(
                "train.csv",
                "\ufeff" + header + "\r\nbilder ü/0.ppm" + separator + "\"vogel, groß\"\r\nbilder ü/1.ppm" + separator
                        + " käfer \r\n\r\n");
        write(
                "val.csv",
                header + "\nbilder ü\\2.ppm" + separator + "käfer\n" + folder.resolve("bilder ü/3.ppm") + separator
                        + "\"vogel, groß\"\n");
        assertBoth();
    }

    @Test
    void readsOneListWithAColumnForTheParts() throws IOException {
        write(
                "metadata.csv",
                """
                image,split,label
                bilder ü/0.ppm,train,"vogel, groß"
                bilder ü/2.ppm,Test,käfer
                bilder ü/1.ppm,training,käfer
                bilder ü/3.ppm,TEST,"vogel, groß"
                bilder ü/0.ppm,validation,"vogel, groß"
                """);
        assertBoth();
        assertThat(DataSpec.open(folder.resolve("metadata.csv")).train().size()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                """
                {"train": [{"path": "bilder ü/0.ppm", "label": "vogel, groß"}, ["bilder ü/1.ppm", "käfer"]],
                 "val": [["bilder ü/1.ppm", "käfer"]],
                 "test": [{"path": "bilder ü/2.ppm", "label": "käfer"}, {"path": "bilder ü/3.ppm", "label": "vogel, groß"}]}
                """,
                """
                [{"path": "bilder ü/0.ppm", "label": "vogel, groß", "split": "train"},
                 {"path": "bilder ü/1.ppm", "label": "käfer", "split": "train"},
                 {"path": "bilder ü/2.ppm", "label": "käfer", "split": "test"},
                 {"path": "bilder ü/3.ppm", "label": "vogel, groß", "split": "test"}]
                """
            })
    void readsJson(String text) throws IOException {
        write("dataset.json", text);
        assertBoth();
    }

    /** Hugging Face's image folders. */
    @Test
    void readsListsBesideTheImages() throws IOException {
        for (int i = 0; i < 4; i++) {
            Path to = folder.resolve((i < 2 ? "train/" : "test/") + i + ".ppm");
            Files.createDirectories(to.getParent());
            Files.move(folder.resolve("bilder ü/" + i + ".ppm"), to);
        }
        write(
                "train/metadata.jsonl",
                """
                {"file_name": "0.ppm", "label": "vogel, groß"}
                {"file_name": "1.ppm", "label": "käfer"}
                """);
        write("test/metadata.csv", "file_name,label\n2.ppm,käfer\n3.ppm,\"vogel, groß\"\n");
        assertBoth();
    }

    @Test
    void aListAloneIsEnoughToMeasure() throws IOException {
        write("labels.csv", "path,label\nbilder ü/3.ppm,10\nbilder ü/2.ppm,9\n");
        Dataset data = DataSpec.openTest(folder);
        assertThat(data.classNames()).containsExactly("9", "10");
        assertThat(labels(data.testImages())).containsExactly(1, 0);
        refused("row 1", "in which part", "split");
        write("classes.txt", "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\n");
        assertThat(DataSpec.openTest(folder).classNames()).hasSize(11);
        assertThat(labels(DataSpec.openTest(folder).testImages())).containsExactly(10, 9);
        write("classes.txt", "a\n");
        assertThatThrownBy(() -> DataSpec.openTest(folder))
                .hasMessageContainingAll("labels below 1", "classes.txt", "found 10");
    }

    @Test
    void namesTheImageThatIsNotThere() throws IOException {
        write("test.csv", "path,label\nbilder ü/7.ppm,a\n");
        ImageSet test = DataSpec.openTest(folder).testImages();
        assertThatThrownBy(() -> test.image(0))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll("7.ppm", "no such file");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ISO-8859-1", "UTF-16"})
    void namesTheEncoding(String encoding) throws IOException {
        Files.write(
                folder.resolve("test.csv"), "path,label\nbilder ü/1.ppm,käfer\n".getBytes(Charset.forName(encoding)));
        refused("test.csv", "in UTF-8", "iconv");
        assertThat(StandardCharsets.UTF_8.name()).isNotEqualTo(encoding);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            value = {
                "test.csv!path,kind\\n1.ppm,a\\n!row 1: expected a class under one of label!path, kind",
                "test.csv!1.ppm,a\\n2.ppm,b\\n!expected the path of an image under one of path!1.ppm, a",
                "test.csv!path,label\\n1.ppm,\\n!row 1: expected a class under label!none",
                "test.csv!path,label\\nhttps://x.org/1.png,a\\n!row 1!fetch the images first",
                "test.json![{\"path\": \"1.ppm\", \"label\": [\"a\", \"b\"]}]!object 1!several values",
                "test.json![{\"path\": !line 1!mend it",
                "test.csv!  !empty file!fill it",
            })
    void refusesWhatItCannotRead(String name, String text, String first, String second) throws IOException {
        write(name, text == null ? " " : text.replace("\\n", "\n"));
        refused(name, first, second);
    }

    private void refused(String... parts) {
        assertThatThrownBy(() -> DataSpec.open(folder))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(folder.toString())
                .hasMessageContainingAll(parts);
    }
}
