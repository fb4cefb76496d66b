package ham.data.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.merge.InputException;
import ham.train.data.DataSpec;
import ham.train.data.Dataset;
import ham.train.data.ImageSet;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ParquetImagesTest {
    private static final String STRUCT =
            "message schema { optional group image { optional binary bytes; optional binary"
                    + " path (STRING); } optional int64 label; optional binary note (STRING); }";
    private static final Map<String, String> NAMES = Map.of(
            "huggingface",
            """
            {"info": {"features": {"image": {"_type": "Image"},
             "label": {"names": ["käfer", "vogel", "wurm"], "_type": "ClassLabel"}}}}""");

    @TempDir
    private Path folder;

    /** Images of one pixel that is their number, with classes. */
    private void write(
            String name,
            String schema,
            Map<String, String> metadata,
            CompressionCodecName codec,
            int first,
            Object... labels)
            throws IOException {
        MessageType type = MessageTypeParser.parseMessageType(schema);
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        try (ParquetWriter<Group> writer = ExampleParquetWriter.builder(new LocalOutputFile(file))
                .withConf(new PlainParquetConfiguration())
                .withType(type)
                .withExtraMetaData(metadata)
                .withCodecFactory(new PackingCodecs())
                .withCompressionCodec(codec)
                .build()) {
            SimpleGroupFactory groups = new SimpleGroupFactory(type);
            for (int i = 0; i < labels.length; i++) {
                Group row = groups.newGroup();
                Binary image = Binary.fromConstantByteArray(
                        ("P3 1 1 255 " + (first + i + " ").repeat(3)).getBytes(StandardCharsets.US_ASCII));
                if (type.getType(0).isPrimitive()) {
                    row.add(0, image);
                } else {
                    row.addGroup(0).add("bytes", image);
                }
                if (labels[i] instanceof Integer number) {
                    row.add(1, (long) number);
                } else if (labels[i] != null) {
                    row.add(1, labels[i].toString());
                }
                writer.write(row);
            }
        }
    }

    private void write(String name, int first, Object... labels) throws IOException {
        write(name, STRUCT, NAMES, CompressionCodecName.SNAPPY, first, labels);
    }

    private static int[] numbers(ImageSet images) {
        return IntStream.range(0, images.size())
                .map(i -> images.image(i).rgb()[0])
                .toArray();
    }

    private static int[] labels(ImageSet images) {
        return IntStream.range(0, images.size()).map(images::label).toArray();
    }

    @ParameterizedTest
    @EnumSource(
            value = CompressionCodecName.class,
            names = {"UNCOMPRESSED", "SNAPPY", "ZSTD", "GZIP"})
    void readsWhatTheHubHas(CompressionCodecName codec) throws IOException {
        write("data/train-00000-of-00002.parquet", STRUCT, NAMES, codec, 0, 2, 0);
        write("data/train-00001-of-00002.parquet", STRUCT, NAMES, codec, 2, 1);
        write("data/test-00000-of-00001.parquet", STRUCT, NAMES, codec, 3, 0, 1, 2);
        Dataset data = DataSpec.open(folder);
        assertThat(data.classNames()).containsExactly("käfer", "vogel", "wurm");
        assertThat(numbers(data.trainImages())).containsExactly(0, 1, 2);
        assertThat(labels(data.trainImages())).containsExactly(2, 0, 1);
        assertThat(numbers(data.testImages())).containsExactly(3, 4, 5);
        assertThat(data.files()).hasSize(3);
        assertThat(data.trainImages().image(2).rgb()).containsExactly(2, 2, 2);
    }

    /** The hub's converted files; a test without classes, as those of contests. */
    @Test
    void passesOverATestWithoutClasses() throws IOException {
        write("train/0000.parquet", 0, 0, 1, 2);
        write("test/0000.parquet", 3, -1, -1);
        write("validation/0000.parquet", 5, 2, 1, 0);
        assertThat(numbers(DataSpec.open(folder).testImages())).containsExactly(5, 6, 7);
        assertThat(labels(DataSpec.openTest(folder).testImages())).containsExactly(2, 1, 0);
        assertThat(DataSpec.openAny(folder).any().size()).isEqualTo(3);
    }

    @Test
    void readsClassesThatAreTextOrNumbersWithoutNames() throws IOException {
        write(
                "train.parquet",
                "message m { required binary img; required binary fine_label (STRING); }",
                Map.of(),
                CompressionCodecName.SNAPPY,
                0,
                "b",
                "a");
        assertThatThrownBy(() -> DataSpec.open(folder)).hasMessageContainingAll("none of the second", "test-*.parquet");
        write(
                "test.parquet",
                "message m { required binary img; required binary fine_label (STRING); }",
                Map.of(),
                CompressionCodecName.SNAPPY,
                2,
                "a",
                "b");
        assertThat(DataSpec.open(folder).classNames()).containsExactly("a", "b");
        assertThat(labels(DataSpec.open(folder).trainImages())).containsExactly(1, 0);
        write("only/numbers.parquet", STRUCT, Map.of(), CompressionCodecName.SNAPPY, 0, 10, 9);
        Dataset numbers = DataSpec.openTest(folder.resolve("only/numbers.parquet"));
        assertThat(numbers.classNames()).containsExactly("9", "10");
        assertThat(labels(numbers.testImages())).containsExactly(1, 0);
    }

    @Test
    void refusesSeveralDataSets() throws IOException {
        write("first/train-0.parquet", 0, 0, 1, 2);
        write("second/train-0.parquet", 0, 0, 1, 2);
        assertThatThrownBy(() -> DataSpec.open(folder)).hasMessageContainingAll("several", "first", "second");
    }

    @Test
    void namesWhatIsMissing() throws IOException {
        write(
                "test.parquet",
                "message m { required binary text; required int64 label; }",
                Map.of(),
                CompressionCodecName.SNAPPY,
                0,
                1);
        refused("test.parquet", "a column of images", "found the columns text, label");
        write("test.parquet", 0, 0, null);
        refused("test.parquet row 2", "expected a class under label");
        write("test.parquet", 0, 0, 7);
        refused("classes below 3", "found 7");
        Files.writeString(folder.resolve("test.parquet"), "version https://git-lfs.github.com/spec/v1\n");
        refused("test.parquet", "parquet");
    }

    private void refused(String... parts) throws IOException {
        assertThatThrownBy(() -> DataSpec.openTest(folder))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll(parts);
        Files.deleteIfExists(folder.resolve("test.parquet"));
        Files.deleteIfExists(folder.resolve(".test.parquet.crc"));
    }
}
