package ham.export.bake.edit;

import ham.export.bake.read.Bytes;
import ham.export.bake.read.ElementFormat;
import ham.export.bake.read.Messages;
import ham.export.bake.read.ModelIndex;
import ham.export.encoder.TokenHead;
import ham.export.encoder.VitGraph;
import ham.export.proto.GraphProto;
import ham.export.proto.NodeProto;
import ham.export.proto.TensorProto;
import ham.export.proto.TensorShapeProto.Dimension;
import ham.export.proto.ValueInfoProto;
import ham.merge.InputException;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.encoder.EncoderInput;
import ham.merge.head.Head;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Puts pooling and a merge's head behind the tokens that the graph of a text encoder without a classifier gives. The graph keeps its outputs and gets
 * one more, {@code logits}.
 */
public final class HeadAddition {
    private final ModelIndex model;
    private final Checkpoint base;
    private final String tokens;

    private HeadAddition(ModelIndex model, Checkpoint base, String tokens) {
        this.model = model;
        this.base = base;
        this.tokens = tokens;
    }

    /**
     * Where a head can be added: behind the first output [batch, tokens, width] of a graph that takes a mask.
     *
     * @return empty where the base takes no texts or has a classifier of its own
     * @throws InputException if the graph has no such output or input
     */
    public static Optional<HeadAddition> find(ModelIndex model, Checkpoint base) {
        if (!(base.encoder().input() instanceof EncoderInput.Text) || base.hasClassifier()) {
            return Optional.empty();
        }
        if (!model.inputs().containsKey(TokenHead.MASK)) {
            throw new InputException(
                    model.file().path(),
                    "expected an input " + TokenHead.MASK + ", which pooling needs, found "
                            + String.join(", ", model.inputs().keySet()));
        }
        return Optional.of(model.outputs().entrySet().stream()
                .filter(output -> isTokens(
                        Messages.value(model.file(), output.getValue()),
                        base.encoder().width()))
                .findFirst()
                .map(output -> new HeadAddition(model, base, output.getKey()))
                .orElseThrow(() -> new InputException(
                        model.file().path(),
                        "expected a float32 output [batch, tokens, "
                                + base.encoder().width()
                                + "], behind which a head can stand, found "
                                + String.join(", ", model.outputs().keySet()))));
    }

    private static boolean isTokens(ValueInfoProto output, int width) {
        List<Dimension> shape = output.getType().getTensorType().getShape().getDimList();
        return ElementFormat.of(output.getType().getTensorType().getElemType())
                        .filter(ElementFormat.FLOAT::equals)
                        .isPresent()
                && shape.size() == 3
                && (shape.get(2).getDimValue() == width || shape.get(2).getDimValue() == 0);
    }

    /** Name of the output that it adds. */
    public String output() {
        return VitGraph.OUTPUT;
    }

    /** Adds the head. */
    public void put(Head head, ModelEdit edit) {
        GraphProto graph = TokenHead.build(base, head);
        Map<String, String> names = new HashMap<>();
        names.put(TokenHead.TOKENS, tokens);
        names.put(TokenHead.MASK, TokenHead.MASK);
        String logits = edit.freshName(VitGraph.OUTPUT);
        if (!logits.equals(VitGraph.OUTPUT)) {
            throw new InputException(
                    model.file().path(),
                    "expected no value called '" + VitGraph.OUTPUT + "', which the added output is, found one");
        }
        names.put(VitGraph.OUTPUT, logits);
        for (TensorProto tensor : graph.getInitializerList()) {
            String name = names.computeIfAbsent(tensor.getName(), own -> edit.freshName("ham." + own));
            byte[] raw = tensor.getRawData().toByteArray();
            edit.initializer(name, tensor.getDataType(), tensor.getDimsList(), Bytes.of(raw));
        }
        for (NodeProto node : graph.getNodeList()) {
            edit.lastNode(renamed(node, names, edit));
        }
        graph.getOutputList().forEach(edit::addOutput);
    }

    private NodeProto renamed(NodeProto node, Map<String, String> names, ModelEdit edit) {
        NodeProto.Builder copy =
                node.toBuilder().clearInput().clearOutput().setName(edit.freshName("ham." + node.getName()));
        node.getInputList().forEach(input -> copy.addInput(name(input, names, edit)));
        node.getOutputList().forEach(output -> copy.addOutput(name(output, names, edit)));
        return HeadReplacement.forOpset(model, copy, edit);
    }

    private static String name(String own, Map<String, String> names, ModelEdit edit) {
        return own.isEmpty() ? own : names.computeIfAbsent(own, key -> edit.freshName("ham." + key));
    }
}
