package ham.export.graph;

import ham.export.proto.AttributeProto;
import ham.export.proto.AttributeProto.AttributeType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The operators that ham writes, each with its number of inputs and its attributes in operator set 17 of {@code ai.onnx}.
 *
 * <p>All of them have one output here. Source: the operator pages of the ONNX specification.
 */
@SuppressWarnings("ImmutableEnumChecker") // the maps come from Map.of and Map.copyOf
public enum Operator {
    ADD("Add", 2, 2),
    CAST("Cast", 1, 1, Map.of("to", AttributeType.INT), Map.of()),
    CONCAT("Concat", 1, Integer.MAX_VALUE, Map.of("axis", AttributeType.INT), Map.of()),
    CONV(
            "Conv",
            2,
            3,
            Map.of("kernel_shape", AttributeType.INTS, "strides", AttributeType.INTS),
            Map.of("dilations", AttributeType.INTS, "group", AttributeType.INT, "pads", AttributeType.INTS)),
    CUM_SUM("CumSum", 2, 2),
    DIV("Div", 2, 2),
    EQUAL("Equal", 2, 2),
    ERF("Erf", 1, 1),
    EXPAND("Expand", 2, 2),
    GATHER("Gather", 2, 2, Map.of("axis", AttributeType.INT), Map.of()),
    IDENTITY("Identity", 1, 1),
    GEMM(
            "Gemm",
            2,
            3,
            Map.of(),
            Map.of(
                    "alpha", AttributeType.FLOAT,
                    "beta", AttributeType.FLOAT,
                    "transA", AttributeType.INT,
                    "transB", AttributeType.INT)),
    LAYER_NORMALIZATION(
            "LayerNormalization",
            2,
            3,
            Map.of("axis", AttributeType.INT, "epsilon", AttributeType.FLOAT),
            Map.of("stash_type", AttributeType.INT)),
    MAT_MUL("MatMul", 2, 2),
    MAX("Max", 1, Integer.MAX_VALUE),
    MUL("Mul", 2, 2),
    NOT("Not", 1, 1),
    REDUCE_L2("ReduceL2", 1, 1, Map.of("axes", AttributeType.INTS), Map.of("keepdims", AttributeType.INT)),
    REDUCE_MEAN("ReduceMean", 1, 1, Map.of("axes", AttributeType.INTS), Map.of("keepdims", AttributeType.INT)),
    REDUCE_SUM("ReduceSum", 2, 2, Map.of(), Map.of("keepdims", AttributeType.INT)),
    RELU("Relu", 1, 1),
    RESHAPE("Reshape", 2, 2, Map.of(), Map.of("allowzero", AttributeType.INT)),
    SHAPE("Shape", 1, 1, Map.of(), Map.of("start", AttributeType.INT, "end", AttributeType.INT)),
    SIGMOID("Sigmoid", 1, 1),
    SLICE("Slice", 4, 4),
    SOFTMAX("Softmax", 1, 1, Map.of("axis", AttributeType.INT), Map.of()),
    SUB("Sub", 2, 2),
    TANH("Tanh", 1, 1),
    TRANSPOSE("Transpose", 1, 1, Map.of("perm", AttributeType.INTS), Map.of()),
    UNSQUEEZE("Unsqueeze", 2, 2);

    private final String type;
    private final int leastInputs;
    private final int mostInputs;
    private final Map<String, AttributeType> mandatory;
    private final Map<String, AttributeType> known;

    Operator(String type, int leastInputs, int mostInputs) {
        this(type, leastInputs, mostInputs, Map.of(), Map.of());
    }

    Operator(
            String type,
            int leastInputs,
            int mostInputs,
            Map<String, AttributeType> mandatory,
            Map<String, AttributeType> optional) {
        this.type = type;
        this.leastInputs = leastInputs;
        this.mostInputs = mostInputs;
        this.mandatory = mandatory;
        Map<String, AttributeType> all = new HashMap<>(mandatory);
        all.putAll(optional);
        this.known = Map.copyOf(all);
    }

    /** The operator's name in the specification, such as {@code MatMul}. */
    public String type() {
        return type;
    }

    /**
     * Checks what a node of this operator is about to be made from.
     *
     * @throws IllegalArgumentException if the number of inputs or an attribute is not what the operator takes
     */
    void check(String node, int inputs, List<AttributeProto> attributes) {
        if (inputs < leastInputs || inputs > mostInputs) {
            String expected = leastInputs == mostInputs
                    ? Integer.toString(leastInputs)
                    : leastInputs + (mostInputs == Integer.MAX_VALUE ? " or more" : " to " + mostInputs);
            throw new IllegalArgumentException(
                    "node " + node + ": " + type + " takes " + expected + " inputs, found " + inputs);
        }
        Map<String, AttributeType> given = new HashMap<>();
        for (AttributeProto attribute : attributes) {
            String name = attribute.getName();
            AttributeType expected = known.get(name);
            if (expected != attribute.getType()) {
                throw new IllegalArgumentException("node " + node + ": " + type + " expects attribute " + name
                        + " to be " + (expected == null ? "absent" : expected) + ", found " + attribute.getType());
            }
            if (given.put(name, expected) != null) {
                throw new IllegalArgumentException("node " + node + ": attribute " + name + " is given twice");
            }
        }
        for (String name : mandatory.keySet()) {
            if (!given.containsKey(name)) {
                throw new IllegalArgumentException("node " + node + ": " + type + " needs the attribute " + name);
            }
        }
    }
}
