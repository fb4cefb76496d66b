package ham.export.bake.read;

import ham.merge.InputException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** Scans a model file: what its graph consists of and where that stands, without reading the tensors. */
public final class ModelReader {

    private static final long OLDEST_IR = 3;
    private static final long NEWEST_IR = 14;
    private static final long OLDEST_OPSET = 7;
    private static final long NEWEST_OPSET = 26;

    private final ByteFile file;
    private final ExternalFiles externalFiles;
    private final Map<String, Long> opsets = new HashMap<>();
    private final SortedMap<String, String> metadata = new TreeMap<>();
    private final Map<String, Range> metadataFields = new HashMap<>();
    private final List<NodeEntry> nodes = new ArrayList<>();
    private final List<TensorEntry> tensors = new ArrayList<>();
    private final List<ModelIndex.External> externals = new ArrayList<>();
    private final Map<String, Range> inputs = new LinkedHashMap<>();
    private final Map<String, Range> outputs = new LinkedHashMap<>();
    private final Set<String> made = new HashSet<>();
    private long irVersion;
    private Range graph;
    private Range graphContent;

    private ModelReader(ByteFile file, ExternalFiles externalFiles) {
        this.file = file;
        this.externalFiles = externalFiles;
    }

    /**
     * Reads where everything stands.
     *
     * @throws InputException if the file is no whole ONNX model, of versions that ham does not know, or its graph is a circle
     */
    public static ModelIndex read(ByteFile file, ExternalFiles externalFiles) {
        return new ModelReader(file, externalFiles).model();
    }

    private ModelIndex model() {
        MessageWalk model = MessageWalk.of(file, new Range(0, file.size()));
        while (model.next()) {
            switch (model.number()) {
                case 1 -> irVersion = model.integer();
                case 7 -> {
                    if (graph != null) {
                        throw new InputException(file.path(), "expected an ONNX model with one graph, found a second");
                    }
                    graph(model);
                }
                case 8 -> opset(model.message());
                case 14 -> metadata(model);
                default -> {}
            }
        }
        if (graph == null || irVersion == 0) {
            throw new InputException(
                    file.path(),
                    "expected an ONNX model, found a file of " + file.size() + " bytes without IR version and graph");
        }
        requireKnown("IR version", irVersion, OLDEST_IR, NEWEST_IR);
        requireKnown("version of the operator set ai.onnx", opsets.getOrDefault("", 0L), OLDEST_OPSET, NEWEST_OPSET);
        NodeOrder.requireNoCircle(file.path(), nodes);
        return new ModelIndex(
                file,
                irVersion,
                opsets,
                metadata,
                metadataFields,
                graph,
                graphContent,
                nodes,
                tensors,
                inputs,
                outputs,
                externals);
    }

    private void requireKnown(String what, long found, long oldest, long newest) {
        if (found < oldest || found > newest) {
            throw new InputException(
                    file.path(), "expected the " + what + " from " + oldest + " to " + newest + ", found " + found);
        }
    }

    private void opset(MessageWalk entry) {
        String domain = "";
        long version = 0;
        while (entry.next()) {
            switch (entry.number()) {
                case 1 -> domain = entry.text();
                case 2 -> version = entry.integer();
                default -> {}
            }
        }
        opsets.put(domain.equals("ai.onnx") ? "" : domain, version);
    }

    private void metadata(MessageWalk model) {
        Map<String, String> entry = new HashMap<>();
        pair(model.message(), entry);
        entry.forEach((key, value) -> {
            if (metadata.put(key, value) != null) {
                throw new InputException(file.path(), "the metadata key '" + key + "' is given twice");
            }
            metadataFields.put(key, model.field());
        });
    }

    /** Reads a key and a value into a map. */
    static void pair(MessageWalk entry, Map<String, String> target) {
        String key = "";
        String value = "";
        while (entry.next()) {
            switch (entry.number()) {
                case 1 -> key = entry.text();
                case 2 -> value = entry.text();
                default -> {}
            }
        }
        target.put(key, value);
    }

    private void graph(MessageWalk model) {
        graph = model.field();
        graphContent = model.payload();
        MessageWalk content = model.message();
        TensorReader reader = new TensorReader(file, externalFiles, externals);
        while (content.next()) {
            switch (content.number()) {
                case 1 -> node(content, reader);
                case 5 -> {
                    TensorEntry tensor = reader.read(content, -1);
                    make(tensor.name());
                    tensors.add(tensor);
                }
                case 11 -> inputs.put(name(content.message()), content.field());
                case 12 -> outputs.put(name(content.message()), content.field());
                default -> {}
            }
        }
    }

    private void node(MessageWalk content, TensorReader reader) {
        NodeReader node = new NodeReader(content, reader, nodes.size());
        node.entry().outputs().stream().filter(name -> !name.isEmpty()).forEach(this::make);
        nodes.add(node.entry());
        node.constant().ifPresent(tensors::add);
    }

    private void make(String name) {
        if (!made.add(name)) {
            throw new InputException(
                    file.path(), "expected every name to be given once, found '" + name + "' given twice");
        }
    }

    private static String name(MessageWalk value) {
        String name = "";
        while (value.next()) {
            if (value.number() == 1) {
                name = value.text();
            }
        }
        return name;
    }
}
