package ham.export.form;

import ham.export.NamedOutput;
import ham.export.OnnxFiles;
import ham.export.check.ModelChecker;
import ham.export.encoder.VitGraph;
import ham.export.form.GraphForm.Input;
import ham.export.form.GraphForm.Output;
import ham.export.graph.Attributes;
import ham.export.graph.ValueInfos;
import ham.export.proto.GraphProto;
import ham.export.proto.ModelProto;
import ham.export.proto.StringStringEntryProto;
import ham.export.proto.TensorProto.DataLocation;
import ham.export.proto.TensorProto.DataType;
import ham.export.proto.TensorShapeProto.Dimension;
import ham.export.proto.ValueInfoProto;
import ham.merge.InputException;
import ham.runtime.classify.AnswerForm;
import ham.runtime.classify.Scores;
import ham.runtime.onnx.Ending;
import ham.runtime.preprocess.Preprocessing;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Writes a model with other inputs and outputs: nodes are put before and behind its graph, which stays as it is.
 *
 * <p>The model has one input of images [batch, 3, side, side] and one output of logits [batch, classes].
 */
public final class FormChange {
    private final Path file;
    private final ModelProto.Builder model;
    private final GraphProto.Builder graph;
    private final ValueInfoProto input;
    /** What the file calls the logits. */
    private final String answer;

    private final ValueInfoProto logits;

    private FormChange(Path file, GraphForm form, Optional<String> named) {
        this.file = file;
        model = OnnxFiles.read(file).toBuilder();
        graph = model.getGraphBuilder();
        if (graph.getInitializerList().stream().anyMatch(each -> each.getDataLocation() == DataLocation.EXTERNAL)) {
            throw new InputException(
                    file, "expected a model in one file to change its inputs and outputs, found external data");
        }
        List<Integer> answers = answers(named);
        if (graph.getInputCount() != 1
                || answers.size() != 1
                || shape(graph.getInput(0)).size() != 4) {
            throw new InputException(
                    file,
                    "expected one input of images [batch, 3, side, side] and one output of logits [batch, classes],"
                            + " found " + graph.getInputCount() + " inputs and the outputs "
                            + graph.getOutputList().stream()
                                    .map(each -> each.getName() + " of "
                                            + shape(each).size() + " dimensions")
                                    .toList()
                            + (answers.size() > 1
                                    ? "; name the output that holds the logits (logits)"
                                    : "; the form can be chosen once, when the model is exported"));
        }
        answer = graph.getOutput(answers.get(0)).getName();
        Renaming.free(graph, added(form));
        input = graph.getInput(0);
        logits = graph.getOutput(answers.get(0));
    }

    /**
     * Writes {@code source} in another form.
     *
     * @param source a model file with its preprocessing in the metadata, where the input is to be uint8
     * @param target where the result goes; written in place
     * @throws InputException when the model cannot have that form
     */
    public static void write(Path source, GraphForm form, Path target) throws IOException {
        write(source, form, Optional.empty(), target);
    }

    /**
     * As {@link #write(Path, GraphForm, Path)}.
     *
     * @param logits name of the output that holds the logits; where it is empty it is the one that is called so, or else the only one of two
     *     dimensions
     */
    public static void write(Path source, GraphForm form, Optional<String> logits, Path target) throws IOException {
        FormChange change = new FormChange(source, form, logits);
        change.output(form);
        if (form.input() == Input.UINT8) {
            change.input();
        }
        change.metadata(form);
        ModelProto changed = change.model.build();
        ModelChecker.requireValid(source.getFileName().toString(), changed);
        OnnxFiles.write(changed, target);
    }

    /** Places of the outputs that may be the logits: that of the name, else every one of two dimensions. */
    private List<Integer> answers(Optional<String> given) {
        List<String> names =
                graph.getOutputList().stream().map(ValueInfoProto::getName).toList();
        given.ifPresent(name -> NamedOutput.require(names, file, name));
        List<Integer> flat = IntStream.range(0, names.size())
                .filter(i -> shape(graph.getOutput(i)).size() == 2)
                .boxed()
                .toList();
        List<Integer> named = flat.stream()
                .filter(i -> names.get(i).equals(given.orElse(VitGraph.OUTPUT)))
                .toList();
        return named.isEmpty() && given.isEmpty() ? flat : named;
    }

    /** The names of what is put before and behind the graph. */
    private static Set<String> added(GraphForm form) {
        Set<String> names = new HashSet<>();
        if (form.input() == Input.UINT8) {
            names.add(FormNames.IMAGES);
        }
        if (form.output() != Output.LOGITS) {
            names.addAll(Set.of(FormNames.PROBABILITIES, FormNames.TOP_PROBABILITIES, FormNames.TOP_INDICES));
        }
        if (form.features()) {
            names.add(FormNames.FEATURES);
        }
        return names;
    }

    private void output(GraphForm form) {
        Nodes nodes = new Nodes();
        if (form.features()) {
            FeatureValue.write(file, graph, nodes);
        }
        Dimension batch = shape(logits).get(0);
        if (form.output() != Output.LOGITS) {
            graph.clearOutput();
            String floats = nodes.add("Cast", "logits", List.of(logits.getName()), PixelInput.to(DataType.FLOAT));
            score(nodes, floats);
        }
        if (form.output() == Output.PROBABILITIES) {
            graph.addOutput(value(
                    FormNames.PROBABILITIES,
                    DataType.FLOAT,
                    batch,
                    shape(logits).get(1)));
        } else if (form.output() == Output.TOP_K) {
            top(nodes, form.top(), batch);
        }
        nodes.putBehind(graph);
        if (form.features()) {
            graph.addOutput(value(FormNames.FEATURES, DataType.FLOAT, batch, ValueInfos.free("hidden")));
        }
    }

    /** As whoever runs the model would: nothing where the graph has made scores itself. */
    private void score(Nodes nodes, String numbers) {
        int classes = (int) shape(logits).get(1).getDimValue();
        if (Ending.of(file, answer) != Ending.NONE) {
            nodes.addAs("Identity", FormNames.PROBABILITIES, List.of(numbers));
        } else if (Scores.of(metadata().get(Scores.METADATA_KEY), classes) == Scores.SIGMOID) {
            nodes.addAs("Sigmoid", FormNames.PROBABILITIES, List.of(numbers));
        } else {
            nodes.addAs("Softmax", FormNames.PROBABILITIES, List.of(numbers), Attributes.integer("axis", -1));
        }
    }

    private void top(Nodes nodes, int top, Dimension batch) {
        long classes = shape(logits).get(1).getDimValue();
        if (classes > 0 && top > classes) {
            throw InputException.parameter(
                    "top", "expected at most the " + classes + " classes of the model, found " + top);
        }
        nodes.addAs(
                "TopK",
                List.of(FormNames.TOP_PROBABILITIES, FormNames.TOP_INDICES),
                List.of(FormNames.PROBABILITIES, nodes.integers("top", top)),
                Attributes.integer("axis", -1));
        Dimension k = ValueInfos.fixed(top);
        graph.addOutput(value(FormNames.TOP_PROBABILITIES, DataType.FLOAT, batch, k));
        graph.addOutput(value(FormNames.TOP_INDICES, DataType.INT64, batch, k));
    }

    private void input() {
        String json = metadata().get(Preprocessing.METADATA_KEY);
        if (json == null) {
            throw InputException.parameter(
                    "input",
                    "expected the preprocessing in the metadata of " + file + " (" + Preprocessing.METADATA_KEY
                            + ") to take uint8 images, found none; give the checkpoint that has it as weights");
        }
        Preprocessing preprocessing = Preprocessing.fromJson(json, file + ", metadata " + Preprocessing.METADATA_KEY);
        List<Dimension> shape = shape(input);
        DataType type = DataType.forNumber(input.getType().getTensorType().getElemType());
        boolean channelsLast = shape.get(3).getDimValue() == 3 && shape.get(1).getDimValue() != 3;
        int rows = channelsLast ? 1 : 2;
        if (shape.get(channelsLast ? 3 : 1).getDimValue() != 3
                || shape.get(rows).getDimValue() != preprocessing.height()
                || shape.get(rows + 1).getDimValue() != preprocessing.width()
                || (type != DataType.FLOAT && type != DataType.FLOAT16)) {
            throw InputException.parameter(
                    "input",
                    "expected " + file + " to have a float input [batch, 3, " + preprocessing.height() + ", "
                            + preprocessing.width() + "] or [batch, " + preprocessing.height() + ", "
                            + preprocessing.width() + ", 3] as the preprocessing makes it, found " + type + " "
                            + shape.stream().map(each -> each.getDimValue()).toList() + " for '"
                            + input.getName() + "'");
        }
        NewerOpset.raise(file, model);
        Nodes nodes = new Nodes();
        String pixels = channelsLast ? "form.channels_first" : input.getName();
        new PixelInput(nodes, preprocessing).write(FormNames.IMAGES, pixels, type);
        if (channelsLast) {
            nodes.addAs("Transpose", input.getName(), List.of(pixels), Attributes.integers("perm", 0, 2, 3, 1));
        }
        nodes.putBefore(graph);
        Dimension channels = ValueInfos.fixed(3);
        graph.clearInput()
                .addInput(value(
                        FormNames.IMAGES,
                        DataType.UINT8,
                        shape.get(0),
                        ValueInfos.free("height"),
                        ValueInfos.free("width"),
                        channels));
    }

    private Map<String, String> metadata() {
        Map<String, String> metadata = new HashMap<>();
        model.getMetadataPropsList().forEach(entry -> metadata.put(entry.getKey(), entry.getValue()));
        return metadata;
    }

    private void metadata(GraphForm form) {
        if (form.input() == Input.UINT8) {
            add("ham.input", "uint8");
        }
        if (form.output() != Output.LOGITS) {
            add(AnswerForm.METADATA_KEY, form.output().optionName());
            if (Ending.of(file, answer) == Ending.SIGMOID && !metadata().containsKey(Scores.METADATA_KEY)) {
                add(Scores.METADATA_KEY, Scores.MULTI_LABEL);
            }
        }
    }

    private void add(String key, String value) {
        model.addMetadataProps(StringStringEntryProto.newBuilder().setKey(key).setValue(value));
    }

    private static List<Dimension> shape(ValueInfoProto value) {
        return value.getType().getTensorType().getShape().getDimList();
    }

    private static ValueInfoProto value(String name, DataType type, Dimension... shape) {
        return ValueInfos.of(name, type, List.of(shape));
    }
}
