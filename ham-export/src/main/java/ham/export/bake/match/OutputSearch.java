package ham.export.bake.match;

import ham.export.NamedOutput;
import ham.export.bake.base.WeightBlock;
import ham.export.bake.read.ElementFormat;
import ham.export.bake.read.ModelIndex;
import ham.export.bake.read.NodeEntry;
import ham.export.bake.read.TensorEntry;
import ham.merge.InputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds the linear layer before an output that is named, whatever its weights are. */
public final class OutputSearch {
    private final ModelIndex model;
    private final String output;

    /**
     * A search from an output back.
     *
     * @throws InputException if the graph has no such output
     */
    public OutputSearch(ModelIndex model, String output) {
        this.model = model;
        this.output = output;
        NamedOutput.require(model.outputs().keySet(), model.file().path(), output);
    }

    /**
     * The layer.
     *
     * @throws InputException if something else than a linear layer makes the output, or what it makes is read otherwise too
     */
    public ClassifierLayer classifier(Uses uses) {
        List<Integer> nodes = new ArrayList<>();
        NodeEntry node = maker(output);
        while (ClassifierLayer.passes(node)) {
            node = maker(node.inputs().stream()
                    .filter(input -> constant(input).isEmpty())
                    .findFirst()
                    .orElseThrow(() -> other("constants alone")));
        }
        if (!node.operator().matches("Gemm|MatMul") || node.inputs().size() < 2) {
            throw other(node.label());
        }
        nodes.add(model.nodes().indexOf(node));
        boolean transposed = node.integers().getOrDefault("transB", 0L) == 0;
        String weight = node.inputs().get(1);
        while (constant(weight).isEmpty()) {
            NodeEntry before = maker(weight);
            if (!ClassifierLayer.prepares(before)) {
                throw other(node.label() + " of what " + before.label() + " makes");
            }
            nodes.add(model.nodes().indexOf(before));
            transposed ^= before.operator().equals("Transpose");
            weight = before.inputs().get(0);
        }
        return ClassifierLayer.of(model, uses, placement(constant(weight).get(), transposed), nodes);
    }

    private Placement placement(TensorEntry weight, boolean transposed) {
        if (weight.dims().size() != 2 || ElementFormat.of(weight.dataType()).isEmpty()) {
            throw other("'" + weight.name() + "' " + weight.dims() + " of ONNX type " + weight.dataType());
        }
        int rows = Math.toIntExact(weight.dims().get(0));
        int columns = Math.toIntExact(weight.dims().get(1));
        WeightBlock block = new WeightBlock(
                weight.name(), 0, transposed ? columns : rows, transposed ? rows : columns, Optional.empty());
        return new Placement(weight, rows, columns, transposed, 0, block);
    }

    private Optional<TensorEntry> constant(String value) {
        return model.tensors().stream()
                .filter(tensor -> tensor.name().equals(value))
                .findFirst();
    }

    private NodeEntry maker(String value) {
        return model.nodes().stream()
                .filter(node -> node.outputs().contains(value))
                .findFirst()
                .orElseThrow(() -> other("the value '" + value + "' that no node makes"));
    }

    private InputException other(String found) {
        return ClassifierLayer.refused(
                model, "expected a linear layer that makes the output '" + output + "', found " + found);
    }
}
