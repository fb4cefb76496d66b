package ham.export.pack;

import ham.common.Sha256;
import ham.export.OnnxFiles;
import ham.export.proto.GraphProto;
import ham.export.proto.ModelProto;
import ham.export.proto.StringStringEntryProto;
import ham.export.proto.TensorProto;
import ham.export.proto.TensorProto.DataLocation;
import ham.merge.InputException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** A data file for several models: equal tensors are stored once, told by their hash, each from the beginning of a page on. */
final class SharedData implements Closeable {
    /** Smaller tensors stay in the model: a page is not worth it. */
    private static final int LEAST_BYTES = 4096;

    private static final int PAGE = 4096;

    private final Path file;
    private final FileChannel channel;
    private final Map<String, Long> offsets = new HashMap<>();
    private long end;

    SharedData(Path file) throws IOException {
        this.file = file;
        channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    /**
     * Writes a model whose large constants stand in this file, but for its own.
     *
     * @param whole a model in one file
     * @param target where the model goes, in this file's folder
     * @param own names of constants that stay in the model
     */
    void split(Path whole, Path target, Set<String> own) throws IOException {
        ModelProto.Builder model = OnnxFiles.read(whole).toBuilder();
        GraphProto.Builder graph = model.getGraphBuilder();
        for (int i = 0; i < graph.getInitializerCount(); i++) {
            TensorProto tensor = graph.getInitializer(i);
            if (tensor.getDataLocation() == DataLocation.EXTERNAL) {
                throw new InputException(
                        whole,
                        "expected a model in one file for a shared package, found external data; store it without, or make a package"
                                + " of the kind per-task");
            }
            if (tensor.getRawData().size() >= LEAST_BYTES && !own.contains(tensor.getName())) {
                graph.setInitializer(i, external(tensor));
            }
        }
        OnnxFiles.write(model.build(), target);
    }

    private TensorProto external(TensorProto tensor) throws IOException {
        ByteBuffer bytes = tensor.getRawData().asReadOnlyByteBuffer();
        int length = bytes.remaining();
        String hash = Sha256.of(bytes);
        Long offset = offsets.get(hash);
        if (offset == null) {
            offset = (end + PAGE - 1) / PAGE * PAGE;
            for (long position = offset; bytes.hasRemaining(); ) {
                position += channel.write(bytes, position);
            }
            end = offset + length;
            offsets.put(hash, offset);
        }
        return tensor.toBuilder()
                .clearRawData()
                .setDataLocation(DataLocation.EXTERNAL)
                .addExternalData(entry("location", String.valueOf(file.getFileName())))
                .addExternalData(entry("offset", Long.toString(offset)))
                .addExternalData(entry("length", Integer.toString(length)))
                .build();
    }

    private static StringStringEntryProto entry(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
