package ham.data.parquet;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import ham.merge.InputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.MessageColumnIO;
import org.apache.parquet.io.ParquetDecodingException;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;

/** One parquet file with a column of images and a column of classes. */
final class ImageTable {
    private static final List<String> IMAGE =
            List.of("image", "img", "picture", "photo", "png", "jpg", "jpeg", "bytes");
    private static final List<String> LABEL = List.of(
            "label",
            "labels",
            "fine_label",
            "class",
            "class_name",
            "target",
            "category",
            "cls",
            "species",
            "coarse_label");
    private static final String BYTES = "bytes";
    private static final String HUGGING_FACE = "huggingface";

    private final Path file;

    ImageTable(Path file) {
        this.file = file;
    }

    /** What is done with a row. */
    @FunctionalInterface
    interface Row {
        /** An image, its class as the file has it (a number or a name), and what to call it. */
        void accept(ByteBuffer image, String label, String name);
    }

    /**
     * Reads all rows.
     *
     * @return names of the classes by number, where the file's metadata has them
     * @throws InputException when it is no parquet file, or has no column of images or of classes
     */
    List<String> read(Row row) {
        ParquetReadOptions options = ParquetReadOptions.builder(new PlainParquetConfiguration())
                .withCodecFactory(new Codecs())
                .build();
        try (ParquetFileReader reader = ParquetFileReader.open(new LocalInputFile(file), options)) {
            MessageType schema = reader.getFileMetaData().getSchema();
            JsonNode features = features(reader.getFileMetaData().getKeyValueMetaData());
            Type image = image(schema);
            Type label = label(schema, features);
            rows(reader, schema, image, label, row);
            return names(features.path(label.getName()));
        } catch (IOException | ParquetDecodingException | IllegalArgumentException e) {
            throw new InputException(
                    file,
                    "expected a parquet file with images, found one that cannot be read (" + e.getMessage() + ")",
                    e);
        } catch (RuntimeException e) {
            if (e instanceof InputException known) {
                throw known;
            }
            throw new InputException(
                    file, "expected a parquet file with images, found something else (" + e.getMessage() + ")", e);
        }
    }

    private void rows(ParquetFileReader reader, MessageType schema, Type image, Type label, Row row)
            throws IOException {
        MessageType wanted = new MessageType(schema.getName(), image, label);
        reader.setRequestedSchema(wanted);
        MessageColumnIO columns = new ColumnIOFactory().getColumnIO(wanted, schema);
        long number = 0;
        for (PageReadStore pages = reader.readNextRowGroup(); pages != null; pages = reader.readNextRowGroup()) {
            RecordReader<Group> records = columns.getRecordReader(pages, new GroupRecordConverter(wanted));
            for (long i = 0; i < pages.getRowCount(); i++) {
                String name = file + " row " + ++number;
                Group record = records.read();
                row.accept(bytes(record, image, name), label(record, label, name), name);
            }
        }
    }

    private static ByteBuffer bytes(Group record, Type image, String name) {
        boolean struct = !image.isPrimitive();
        Group holder =
                !struct ? record : count(record, image.getName()) == 0 ? null : record.getGroup(image.getName(), 0);
        String field = struct ? BYTES : image.getName();
        if (holder == null || count(holder, field) == 0) {
            throw new InputException(name + ": expected an image as bytes, found none"
                    + (struct ? " (a path alone, perhaps); embed the images in the file" : ""));
        }
        return holder.getBinary(field, 0).toByteBuffer();
    }

    private static int count(Group record, String field) {
        return record.getFieldRepetitionCount(field);
    }

    private static String label(Group record, Type label, String name) {
        if (count(record, label.getName()) == 0) {
            throw new InputException(name + ": expected a class under " + label.getName() + ", found none; give one");
        }
        return switch (label.asPrimitiveType().getPrimitiveTypeName()) {
            case INT32 -> String.valueOf(record.getInteger(label.getName(), 0));
            case INT64 -> String.valueOf(record.getLong(label.getName(), 0));
            default -> record.getString(label.getName(), 0);
        };
    }

    private Type image(MessageType schema) {
        List<Type> candidates = new ArrayList<>();
        for (Type field : schema.getFields()) {
            if (field.isPrimitive()
                    ? isBinary(field) && IMAGE.contains(field.getName().toLowerCase(Locale.ROOT))
                    : field.asGroupType().containsField(BYTES)
                            && isBinary(field.asGroupType().getType(BYTES))) {
                candidates.add(field);
            }
        }
        return first(candidates, IMAGE)
                .or(() -> candidates.stream().findFirst())
                .orElseThrow(() -> missing(schema, "images (bytes)"));
    }

    private static boolean isBinary(Type field) {
        return field.isPrimitive() && field.asPrimitiveType().getPrimitiveTypeName() == PrimitiveTypeName.BINARY;
    }

    private Type label(MessageType schema, JsonNode features) {
        List<Type> candidates = schema.getFields().stream()
                .filter(field -> field.isPrimitive()
                        && field.getRepetition() != Type.Repetition.REPEATED
                        && List.of(PrimitiveTypeName.INT32, PrimitiveTypeName.INT64, PrimitiveTypeName.BINARY)
                                .contains(field.asPrimitiveType().getPrimitiveTypeName()))
                .toList();
        return first(candidates, LABEL)
                .or(() -> candidates.stream()
                        .filter(field -> features.path(field.getName())
                                .path("_type")
                                .asText()
                                .equals("ClassLabel"))
                        .findFirst())
                .orElseThrow(() -> missing(schema, "one class an image (" + String.join(", ", LABEL) + ")"));
    }

    private static Optional<Type> first(List<Type> fields, List<String> names) {
        return names.stream()
                .flatMap(name -> fields.stream().filter(field -> field.getName().equalsIgnoreCase(name)))
                .findFirst();
    }

    private InputException missing(MessageType schema, String what) {
        return new InputException(
                file,
                "expected a column of " + what + ", found the columns "
                        + String.join(
                                ", ",
                                schema.getFields().stream().map(Type::getName).toList()));
    }

    /** The features that the library datasets writes beside the table. */
    private static JsonNode features(Map<String, String> metadata) {
        String json = metadata.getOrDefault(HUGGING_FACE, "{}");
        try {
            return new ObjectMapper().readTree(json).path("info").path("features");
        } catch (JsonProcessingException e) {
            return new ObjectMapper().createObjectNode();
        }
    }

    private static List<String> names(JsonNode feature) {
        List<String> names = new ArrayList<>();
        feature.path("names").forEach(each -> names.add(each.asText()));
        return names;
    }
}
