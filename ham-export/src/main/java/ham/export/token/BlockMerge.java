package ham.export.token;

import ham.export.graph.Attributes;
import ham.export.graph.GraphEdit;
import ham.export.proto.TensorProto.DataType;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Writes the nodes that merge tokens in a block. Values are named by the block, constants by the number of tokens.
 *
 * <p>Indices of tokens stand for their places among all, those before the patches first, so a sort brings those that stay back into their order.
 */
final class BlockMerge {
    private static final float LEAST_LENGTH = 1e-6f;
    /** Added to the cosine of a token that stays, so that every cosine of the others is larger. */
    private static final float STAYS = -4;

    private final GraphEdit edit;
    private final VitTokens vit;
    private final int merged;
    private String at;
    private int tokens;

    BlockMerge(GraphEdit edit, VitTokens vit, int merged) {
        this.edit = edit;
        this.vit = vit;
        this.merged = merged;
    }

    /**
     * What a block goes on with.
     *
     * @param rows the tokens, [batch * tokens, d]
     * @param sizes how many patches each stands for, [batch, tokens, 1]
     */
    record Result(String rows, String sizes) {}

    /**
     * Adds the nodes.
     *
     * @param count tokens of an image
     * @param rows the tokens, [batch * count, d]
     * @param sizes how many patches each stands for, [batch, count, 1]; null where that is one
     */
    Result write(int block, int count, String rows, String sizes) {
        at = "layer." + block + ".merge.";
        tokens = count;
        String similarity = similarity(block);
        String order = order(similarity);
        String leaving = slice("leaving", order, 0, merged);
        String staying = sorted(slice("others", order, merged, tokens));
        String stay = unsqueeze("staying.indices", staying, 2);
        String leave = unsqueeze("leaving.indices", leaving, 2);
        String pairs = pairs(similarity, leave, stay);
        String weights = sizes == null
                ? pairs
                : node("Mul", "weights", pairs, transposed("leaving.sizes.row", some("leaving.sizes", sizes, leave)));
        String before = sizes == null ? edit.floats("merge.one", List.of(), 1) : some("staying.sizes", sizes, stay);
        String added = edit.node(
                "ReduceSum",
                at + "added",
                List.of(weights, edit.integers("axes.2", 2)),
                Attributes.integer("keepdims", 1));
        String after = node("Add", "sizes", before, added);
        String sequence = node(
                "Reshape",
                "sequence",
                rows,
                edit.integers(VitTokens.SEQUENCES + "." + tokens, -1, tokens, vit.width()));
        String kept = node("Mul", "kept", some("staying", sequence, stay), node("Div", "kept.share", before, after));
        String joining =
                node("MatMul", "joining", node("Div", "share", weights, after), some("leaving", sequence, leave));
        // The norm behind reads a sum, with which it becomes one operator in ONNX Runtime's flavor.
        return new Result(node("Add", "joined", rows("kept", kept), rows("joining", joining)), after);
    }

    private String rows(String name, String x) {
        return node("Reshape", name + ".rows", x, VitTokens.ROWS);
    }

    private String node(String operator, String name, String... inputs) {
        return edit.node(operator, at + name, List.of(inputs));
    }

    /** By an operator whose axis is an attribute, which that of ReduceSum is not in opset 17. */
    private String reduced(String operator, String name, String x, int axis, boolean keep) {
        return edit.node(
                operator,
                at + name,
                List.of(x),
                Attributes.integers("axes", axis),
                Attributes.integer("keepdims", keep ? 1 : 0));
    }

    /** Every second patch, to which others are merged. */
    private String targets() {
        return edit.integers(
                "merge.targets." + tokens,
                LongStream.iterate(vit.prefix() + 1, index -> index < tokens, index -> index + 2)
                        .toArray());
    }

    /** Cosines of the keys, averaged over the heads, of every token and every target: [batch, tokens, targets]. */
    private String similarity(int block) {
        String keys = reduced("ReduceMean", "keys", VitTokens.keys(block), 2, false);
        String length = reduced("ReduceL2", "keys.length", keys, -1, true);
        String least = edit.floats("merge.least_length", List.of(), LEAST_LENGTH);
        String unit = node("Div", "keys.unit", keys, node("Max", "keys.length.least", length, least));
        String some = edit.node("Gather", at + "targets", List.of(unit, targets()), Attributes.integer("axis", 1));
        return node("MatMul", "similarity", unit, transposed("targets.transposed", some));
    }

    /** All tokens, those first that are most like a target and may leave: [batch, tokens]. */
    private String order(String similarity) {
        String best = reduced("ReduceMax", "nearest", similarity, -1, false);
        float[] mask = new float[tokens];
        for (int token = 0; token < tokens; token++) {
            boolean leaves = token >= vit.prefix() && (token - vit.prefix()) % 2 == 0;
            mask[token] = leaves ? 0 : STAYS;
        }
        String masked = node("Add", "masked", best, edit.floats("merge.mask." + tokens, List.of((long) tokens), mask));
        return top("order", masked, tokens, true).get(1);
    }

    private String sorted(String indices) {
        return top("ordered", indices, tokens - merged, false).get(0);
    }

    /** Values and indices. */
    private List<String> top(String name, String x, int count, boolean largest) {
        return edit.nodes(
                "TopK",
                at + name,
                List.of(x, edit.integers("merge.count." + count, count)),
                List.of(at + name, at + name + ".indices"),
                Attributes.integer("axis", -1),
                Attributes.integer("largest", largest ? 1 : 0),
                Attributes.integer("sorted", 1));
    }

    private String slice(String name, String x, int from, int to) {
        return node(
                "Slice",
                name,
                x,
                edit.integers("merge.bound." + from, from),
                edit.integers("merge.bound." + to, to),
                edit.integers("axes.1", 1));
    }

    /**
     * 1 where a token that stays is what one that leaves is merged into: [batch, staying, leaving].
     *
     * @param leaving [batch, leaving, 1]
     * @param staying [batch, staying, 1]
     */
    private String pairs(String similarity, String leaving, String staying) {
        String nearest = edit.node(
                "ArgMax",
                at + "nearest.target",
                List.of(similarity),
                Attributes.integer("axis", -1),
                Attributes.integer("keepdims", 0));
        String token =
                edit.node("Gather", at + "nearest.token", List.of(targets(), nearest), Attributes.integer("axis", 0));
        String target = some("leaving.target", token, leaving);
        String same = node("Equal", "pairs.same", staying, unsqueeze("leaving.target.row", target, 1));
        return edit.node("Cast", at + "pairs", List.of(same), Attributes.integer("to", DataType.FLOAT.getNumber()));
    }

    private String unsqueeze(String name, String x, int axis) {
        return node("Unsqueeze", name, x, edit.integers("axes." + axis, axis));
    }

    private String transposed(String name, String x) {
        return edit.node("Transpose", at + name, List.of(x), Attributes.integers("perm", 0, 2, 1));
    }

    /** Of [batch, tokens] or [batch, tokens, any], those at indices [batch, some, 1]. */
    private String some(String name, String x, String indices) {
        return edit.node("GatherND", at + name + ".gathered", List.of(x, indices), Attributes.integer("batch_dims", 1));
    }
}
