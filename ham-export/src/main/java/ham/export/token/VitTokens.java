package ham.export.token;

import ham.export.proto.GraphProto;
import ham.export.proto.TensorProto;
import ham.export.proto.TensorProto.DataType;
import ham.merge.InputException;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What a graph of {@link ham.export.encoder.VitGraph} says of its tokens.
 *
 * @param count tokens of an image, those before the patches too
 * @param prefix tokens before the patches
 * @param heads of attention
 * @param headSize numbers of a token that a head sees
 * @param blocks how many
 * @param mean whether the classifier reads the mean of the patches; otherwise tokens before them, and the last block computes no others
 */
record VitTokens(int count, int prefix, int heads, int headSize, int blocks, boolean mean) {
    /** The shape [batch, tokens, heads, headSize]. */
    static final String HEADS = "shape.heads";
    /** The shape [batch, tokens, d]. */
    static final String SEQUENCES = "shape.sequences";
    /** The shape [batch * tokens, d]. */
    static final String ROWS = "shape.rows";
    /** The patches among the tokens, where they are averaged. */
    static final String PATCHES = "patches.indices";

    private static final Set<Integer> PLAIN = Set.of(DataType.FLOAT.getNumber(), DataType.INT64.getNumber());
    private static final String PREFIX = "shape.class_token";

    static String keys(int block) {
        return at(block) + "key.split";
    }

    static String softmax(int block) {
        return at(block) + "attention";
    }

    /** The sum behind attention, [batch * tokens, d]. */
    static String attended(int block) {
        return at(block) + "attention.residual";
    }

    private static String at(int block) {
        return "layer." + block + ".";
    }

    /**
     * Reads a graph.
     *
     * @throws InputException if it is another
     */
    static VitTokens of(GraphProto graph) {
        Set<String> nodes = graph.getNodeList().stream()
                .map(node -> node.getOpType() + " " + node.getName())
                .collect(Collectors.toSet());
        int blocks = (int) IntStream.iterate(0, block -> block + 1)
                .takeWhile(block -> nodes.containsAll(
                        List.of("Reshape " + keys(block), "Softmax " + softmax(block), "Add " + attended(block))))
                .count();
        Optional<long[]> heads = integers(graph, HEADS).filter(each -> each.length == 4);
        boolean known = heads.isPresent()
                && integers(graph, SEQUENCES).isPresent()
                && integers(graph, ROWS).isPresent()
                && graph.getNodeList().stream()
                        .allMatch(node -> node.getDomain().isEmpty())
                && graph.getInitializerList().stream().allMatch(tensor -> PLAIN.contains(tensor.getDataType()));
        if (blocks == 0 || !known) {
            throw InputException.parameter(
                    TokenMerging.PARAMETER,
                    "expected a graph that ham built in float32 and standard operators from a ViT with a classifier,"
                            + " found another; export from the checkpoint");
        }
        int prefix =
                integers(graph, PREFIX).map(each -> Math.toIntExact(each[0])).orElse(0);
        long[] sizes = heads.get();
        return new VitTokens(
                Math.toIntExact(sizes[1]),
                prefix,
                Math.toIntExact(sizes[2]),
                Math.toIntExact(sizes[3]),
                blocks,
                integers(graph, PATCHES).isPresent());
    }

    private static Optional<long[]> integers(GraphProto graph, String name) {
        return graph.getInitializerList().stream()
                .filter(tensor -> tensor.getName().equals(name)
                        && tensor.getDataType() == DataType.INT64.getNumber()
                        && tensor.getDimsCount() == 1)
                .map(VitTokens::integers)
                .findFirst();
    }

    private static long[] integers(TensorProto tensor) {
        long[] values = new long[Math.toIntExact(tensor.getDims(0))];
        tensor.getRawData()
                .asReadOnlyByteBuffer()
                .order(ByteOrder.LITTLE_ENDIAN)
                .asLongBuffer()
                .get(values);
        return values;
    }

    /** Whether tokens are merged in a block: in every one whose MLP computes the patches. */
    boolean merges(int block) {
        return mean || block < blocks - 1;
    }

    /** The most tokens a block that can be merged: half of the patches that are there at the last block that merges. */
    int most() {
        int merging = mean ? blocks : blocks - 1;
        return merging == 0 ? 0 : (count - prefix) / (merging + 1);
    }

    int width() {
        return heads * headSize;
    }
}
