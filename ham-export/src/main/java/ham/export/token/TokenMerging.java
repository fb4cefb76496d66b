package ham.export.token;

import ham.export.graph.Attributes;
import ham.export.graph.GraphEdit;
import ham.export.proto.GraphProto;
import ham.export.proto.NodeProto;
import ham.merge.InputException;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Rewrites the float32 graph of {@link ham.export.encoder.VitGraph}: between attention and MLP of every block, r patches are merged into the patches
 * that they are most like, by bipartite soft matching (ToMe, arXiv 2210.09461, section 3).
 *
 * <p>Every other patch looks for the one of the others whose key, averaged over the heads, is nearest by cosine; of these pairs the r nearest
 * become one token each, the mean of what they stand for. Tokens keep their order, and how many patches they stand for; the logarithm of that is
 * added to the scores of attention, and patches are averaged by it. Tokens before the patches (class, distillation, registers) take no part. The last
 * block of a model whose classifier reads these alone computes no patches behind attention, so nothing is merged there.
 */
public final class TokenMerging {
    /** Metadata of a model with merged tokens: how many a block. */
    public static final String METADATA_KEY = "ham.token_merging";

    /** Name of the parameter in messages. */
    public static final String PARAMETER = "merge-tokens";

    private static final String MEAN = "features.mean";

    private final GraphEdit edit;
    private final VitTokens vit;
    private final int merged;
    private final BlockMerge merge;
    private int tokens;
    /** How many patches each token stands for, [batch, tokens, 1]; null while that is one. */
    private String sizes;
    /** The tokens of the block at hand, once they are merged: [batch * tokens, d]. */
    private String rows;

    private int block;

    private TokenMerging(GraphProto source, VitTokens vit, int merged) {
        this.vit = vit;
        this.merged = merged;
        edit = new GraphEdit(source);
        merge = new BlockMerge(edit, vit, merged);
        tokens = vit.count();
    }

    /**
     * The graph with merged tokens; the graph itself for r = 0.
     *
     * @param r tokens that are merged in a block
     * @throws InputException if the graph is another, or has too few tokens
     */
    public static GraphProto of(GraphProto source, int r) {
        if (r == 0) {
            return source;
        }
        VitTokens vit = VitTokens.of(source);
        if (r < 0 || r > vit.most()) {
            throw InputException.parameter(
                    PARAMETER,
                    "expected 0 to " + vit.most() + " for " + (vit.count() - vit.prefix()) + " patches and "
                            + vit.blocks() + " blocks, as a block merges at most half of its patches, found " + r);
        }
        return new TokenMerging(source, vit, r).rewrite(source);
    }

    private GraphProto rewrite(GraphProto source) {
        for (NodeProto node : source.getNodeList()) {
            if (vit.mean() && node.getName().equals(MEAN)) {
                mean(node);
                continue;
            }
            edit.keep(changed(node));
            if (block < vit.blocks() && node.getName().equals(VitTokens.attended(block))) {
                if (vit.merges(block)) {
                    BlockMerge.Result result = merge.write(block, tokens, node.getOutput(0), sizes);
                    rows = result.rows();
                    sizes = result.sizes();
                    tokens -= merged;
                } else {
                    rows = node.getOutput(0);
                }
                block++;
            }
        }
        return edit.build();
    }

    /** With the shapes of so many tokens, the merged tokens in place of those before, and proportional attention. */
    private NodeProto changed(NodeProto node) {
        boolean softmax =
                sizes != null && block < vit.blocks() && node.getName().equals(VitTokens.softmax(block));
        NodeProto.Builder copy = node.toBuilder();
        for (int i = 0; i < node.getInputCount(); i++) {
            String input = node.getInput(i);
            if (softmax) {
                copy.setInput(i, proportional(input));
            } else if (input.equals(VitTokens.HEADS)) {
                copy.setInput(i, shape(VitTokens.HEADS, -1, tokens, vit.heads(), vit.headSize()));
            } else if (input.equals(VitTokens.SEQUENCES)) {
                copy.setInput(i, shape(VitTokens.SEQUENCES, -1, tokens, vit.width()));
            } else if (input.equals(VitTokens.PATCHES)) {
                copy.setInput(i, patches());
            } else if (block > 0 && input.equals(VitTokens.attended(block - 1))) {
                copy.setInput(i, rows);
            }
        }
        return copy.build();
    }

    private String shape(String name, long... values) {
        return edit.integers(name + "." + tokens, values);
    }

    private String patches() {
        return edit.integers(
                VitTokens.PATCHES + "." + tokens,
                LongStream.range(vit.prefix(), tokens).toArray());
    }

    /** Scores of attention, [batch, heads, asking, tokens], and the logarithm of what each token stands for. */
    private String proportional(String scores) {
        String at = VitTokens.softmax(block);
        String logarithm = edit.node("Log", at + ".sizes", List.of(sizes));
        String row =
                edit.node("Reshape", at + ".bias", List.of(logarithm, shape("shape.attention_bias", -1, 1, 1, tokens)));
        return edit.node("Add", at + ".proportional", List.of(scores, row));
    }

    /** The mean of the patches, of which a token stands for several. */
    private void mean(NodeProto node) {
        String some = edit.node("Gather", MEAN + ".sizes", List.of(sizes, patches()), Attributes.integer("axis", 1));
        String weighted = edit.node("Mul", MEAN + ".weighted", List.of(node.getInput(0), some));
        String sum = edit.node(
                "ReduceSum",
                MEAN + ".sum",
                List.of(weighted, edit.integers("axes.1", 1)),
                Attributes.integer("keepdims", 0));
        String count = edit.floats("features.patches.count", List.of(), vit.count() - vit.prefix());
        edit.node("Div", node.getOutput(0), List.of(sum, count));
    }
}
