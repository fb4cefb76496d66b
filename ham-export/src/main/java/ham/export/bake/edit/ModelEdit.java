package ham.export.bake.edit;

import ham.export.bake.match.Use;
import ham.export.bake.read.ByteFile;
import ham.export.bake.read.Bytes;
import ham.export.bake.read.MessageWalk;
import ham.export.bake.read.Messages;
import ham.export.bake.read.ModelIndex;
import ham.export.bake.read.Range;
import ham.export.bake.read.TensorEntry;
import ham.export.proto.NodeProto;
import ham.export.proto.StringStringEntryProto;
import ham.export.proto.TensorProto;
import ham.export.proto.TensorProto.DataLocation;
import ham.export.proto.ValueInfoProto;
import ham.merge.InputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Changes to a model, in terms of its graph. Everything that is not named here is copied byte for byte: values of the same size are
 * replaced where they stand, other messages are written anew, and the graph's length with them.
 */
public final class ModelEdit {

    /** A protobuf message holds less than 2 GB; the rest is for the metadata. */
    private static final long MOST_BYTES = Integer.MAX_VALUE - (16L << 20);

    private static final long PAGE = 4096;
    private static final int GRAPH = 7;
    private static final int METADATA = 14;
    private static final int NODE = 1;
    private static final int INITIALIZER = 5;
    private static final int OUTPUT = 12;

    private final ModelIndex model;
    private final FileEdit file;
    private final Map<ByteFile, FileEdit> externals = new LinkedHashMap<>();
    private final Map<Integer, NodeProto.Builder> nodes = new HashMap<>();
    private final Set<String> names = new HashSet<>();
    private final Set<Range> removed = new HashSet<>();

    /**
     * No change yet.
     *
     * @param externalFiles the files that hold values of the model
     */
    public ModelEdit(ModelIndex model, Iterable<ByteFile> externalFiles) {
        this.model = model;
        this.file = new FileEdit(model.file());
        externalFiles.forEach(each -> externals.put(each, new FileEdit(each)));
        model.tensors().forEach(tensor -> names.add(tensor.name()));
        model.nodes().forEach(node -> {
            names.addAll(node.outputs());
            names.addAll(node.captured());
        });
        names.addAll(model.inputs().keySet());
    }

    /** Gives a constant other values of the same format and shape. */
    void values(TensorEntry tensor, Bytes values) {
        if (tensor.values().isPresent() && !isShared(tensor)) {
            FileEdit edited = tensor.source() == model.file() ? file : externals.get(tensor.source());
            edited.replace(tensor.values().get(), values);
        } else if (tensor.constantNode() < 0) {
            TensorProto message = Messages.tensor(model.file(), tensor.field());
            byte[] rest = message.toBuilder()
                    .clearFloatData()
                    .clearInt32Data()
                    .clearDataLocation()
                    .clearExternalData()
                    .build()
                    .toByteArray();
            file.replace(tensor.field(), Bytes.of(new byte[0]));
            removed.add(tensor.field());
            initializer(rest, values);
        } else {
            file.replace(model.nodes().get(tensor.constantNode()).field(), Bytes.of(new byte[0]));
            initializer(tensor.name(), tensor.dataType(), tensor.dims(), values);
        }
    }

    /** Whether bytes of an external file are values of another constant, too. */
    private boolean isShared(TensorEntry tensor) {
        Range values = tensor.values().orElseThrow();
        return model.externals().stream()
                .anyMatch(other -> other.source() == tensor.source()
                        && !other.field().equals(tensor.field())
                        && other.values().start() < values.end()
                        && values.start() < other.values().end());
    }

    /** Adds a constant. */
    void initializer(String name, int dataType, List<Long> dims, Bytes values) {
        byte[] head = TensorProto.newBuilder()
                .setName(name)
                .setDataType(dataType)
                .addAllDims(dims)
                .build()
                .toByteArray();
        initializer(head, values);
    }

    private void initializer(byte[] head, Bytes values) {
        byte[] raw = MessageWalk.prefix(TensorProto.RAW_DATA_FIELD_NUMBER, values.length());
        insert(Bytes.of(MessageWalk.prefix(INITIALIZER, head.length + raw.length + values.length())));
        insert(Bytes.of(head));
        insert(Bytes.of(raw));
        insert(values);
    }

    private void insert(Bytes bytes) {
        long start = model.graphContent().start();
        file.replace(new Range(start, start), bytes);
    }

    /** Lets a node read another value. */
    void rename(Use use, String name) {
        nodes.computeIfAbsent(
                        use.node(),
                        index -> Messages.node(
                                model.file(), model.nodes().get(index).field())
                                .toBuilder())
                .setInput(use.input(), name);
    }

    /** A value name that the model does not have yet. */
    String freshName(String wish) {
        String name = wish;
        for (int number = 1; !names.add(name); number++) {
            name = wish + "_" + number;
        }
        return name;
    }

    /** Puts nodes in the place of a node; none removes it. */
    void replaceNode(int index, List<NodeProto> by) {
        Range field = model.nodes().get(index).field();
        file.replace(field, Bytes.of(new byte[0]));
        by.forEach(node -> file.replace(
                new Range(field.start(), field.start()), Bytes.of(MessageWalk.field(NODE, node.toByteArray()))));
    }

    /** Gives a graph output another type. */
    void output(Range field, ValueInfoProto by) {
        file.replace(field, Bytes.of(MessageWalk.field(OUTPUT, by.toByteArray())));
    }

    /** Removes a constant that nobody reads any more. */
    void remove(TensorEntry tensor) {
        if (tensor.constantNode() >= 0) {
            replaceNode(tensor.constantNode(), List.of());
        } else if (!model.inputs().containsKey(tensor.name())) {
            file.replace(tensor.field(), Bytes.of(new byte[0]));
            removed.add(tensor.field());
        }
    }

    /** Puts a node before all others. */
    void firstNode(NodeProto node) {
        insert(Bytes.of(MessageWalk.field(NODE, node.toByteArray())));
    }

    /** Puts a node behind all others. */
    void lastNode(NodeProto node) {
        long last = model.nodes().stream()
                .mapToLong(each -> each.field().end())
                .max()
                .orElse(model.graphContent().start());
        behind(last, MessageWalk.field(NODE, node.toByteArray()));
    }

    /** Adds a graph output. */
    void addOutput(ValueInfoProto output) {
        long last = model.outputs().values().stream()
                .mapToLong(Range::end)
                .max()
                .orElse(model.graphContent().start());
        behind(last, MessageWalk.field(OUTPUT, output.toByteArray()));
    }

    /** At the very end of the graph a field would count as one behind it. */
    private void behind(long place, byte[] field) {
        long within = place < model.graphContent().end()
                ? place
                : model.graphContent().start();
        file.replace(new Range(within, within), Bytes.of(field));
    }

    /** Sets an entry of the model's metadata. */
    public void metadata(String key, String value) {
        Range old = model.metadataFields().get(key);
        byte[] entry = MessageWalk.field(
                METADATA,
                StringStringEntryProto.newBuilder()
                        .setKey(key)
                        .setValue(value)
                        .build()
                        .toByteArray());
        if (old == null) {
            file.append(Bytes.of(entry));
        } else {
            file.replace(old, Bytes.of(entry));
        }
    }

    /** Whether values of the model stand in other files. */
    public boolean hasExternalData() {
        return !externals.isEmpty();
    }

    /**
     * Writes the changed copy; may be called once.
     *
     * @param target the model, which exists and is empty
     * @param data the one file for all external values, likewise; not used where there are none
     */
    public void write(Path target, Path data) throws IOException {
        nodes.forEach((index, node) -> file.replace(
                model.nodes().get(index).field(),
                Bytes.of(MessageWalk.field(NODE, node.build().toByteArray()))));
        if (hasExternalData()) {
            Map<ByteFile, Long> starts = writeExternal(data);
            for (ModelIndex.External external : model.externals()) {
                if (!removed.contains(external.field())) {
                    relocate(
                            external,
                            data.getFileName().toString(),
                            starts.get(external.source()) + external.values().start());
                }
            }
        }
        long growth = file.growth(model.graphContent());
        if (model.graphContent().length() + growth > MOST_BYTES) {
            throw new InputException(
                    model.file().path(),
                    "expected the result to fit into one ONNX file below 2 GB, found a graph of "
                            + (model.graphContent().length() + growth)
                            + " bytes; store the model with external data first");
        }
        if (growth != 0) {
            file.replace(
                    new Range(model.graph().start(), model.graphContent().start()),
                    Bytes.of(MessageWalk.prefix(GRAPH, model.graphContent().length() + growth)));
        }
        file.write(target, 0);
    }

    /** Writes the external files one behind the other, each from the beginning of a page on. */
    private Map<ByteFile, Long> writeExternal(Path data) throws IOException {
        Map<ByteFile, Long> starts = new HashMap<>();
        long end = 0;
        for (Map.Entry<ByteFile, FileEdit> each : externals.entrySet()) {
            long start = (end + PAGE - 1) / PAGE * PAGE;
            starts.put(each.getKey(), start);
            end = each.getValue().write(data, start);
        }
        return starts;
    }

    private void relocate(ModelIndex.External external, String location, long offset) {
        if (external.node() >= 0) {
            throw new InputException(
                    model.file().path(),
                    "expected external data of initializers only, found some of "
                            + model.nodes().get(external.node()).label() + "; store the model without external data");
        }
        TensorProto.Builder tensor =
                Messages.tensor(model.file(), external.field()).toBuilder().setDataLocation(DataLocation.EXTERNAL);
        Map<String, String> entries = new LinkedHashMap<>();
        tensor.getExternalDataList().forEach(entry -> entries.put(entry.getKey(), entry.getValue()));
        entries.put("location", location);
        entries.put("offset", Long.toString(offset));
        entries.putIfAbsent("length", Long.toString(external.values().length()));
        entries.remove("checksum");
        tensor.clearExternalData();
        entries.forEach((key, value) -> tensor.addExternalData(
                StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
        file.replace(
                external.field(),
                Bytes.of(MessageWalk.field(INITIALIZER, tensor.build().toByteArray())));
    }
}
