package ham.train.lora;

import ham.merge.InputException;
import ham.merge.checkpoint.Target;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Where adapters sit and how large they are.
 *
 * @param targets adapted layers of an adapted block, without repetition, in the order of {@link Target}
 * @param blocks adapted blocks, counted from 0, ascending without repetition; empty for all
 * @param rank r of A [r, in] and B [out, r]
 * @param loraAlpha PEFT's {@code lora_alpha}
 * @param rankStabilised whether the scaling is {@code lora_alpha / sqrt(r)} (rsLoRA) instead of {@code lora_alpha / r}
 * @param initialisation where the A of a new adapter comes from
 * @param scalars what one importance scalar weighs
 */
public record LoraSettings(
        List<Target> targets,
        List<Integer> blocks,
        int rank,
        double loraAlpha,
        boolean rankStabilised,
        Initialisation initialisation,
        ScalarScope scalars) {
    public LoraSettings {
        if (targets.isEmpty()) {
            throw new InputException("targets: expected at least one layer to adapt, found none; name some");
        }
        if (rank < 1) {
            throw InputException.parameter("rank", "expected 1 or more, found " + rank + "; choose such a number");
        }
        if (!(loraAlpha > 0 && Double.isFinite(loraAlpha))) {
            throw new InputException("lora alpha: expected a positive number, found " + loraAlpha + "; choose one");
        }
        if (blocks.stream().anyMatch(block -> block < 0)) {
            throw InputException.parameter(
                    "blocks", "expected block numbers from 0, found " + blocks + "; leave it out to adapt all blocks");
        }
        targets = List.copyOf(EnumSet.copyOf(targets));
        blocks = List.copyOf(new TreeSet<>(blocks));
    }

    /** The default: all blocks, {@code lora_alpha = r}, so the scaling is 1; an A of its own for every task, one scalar for all layers. */
    public static LoraSettings of(Set<Target> targets, int rank) {
        return new LoraSettings(
                List.copyOf(targets), List.of(), rank, rank, false, Initialisation.OWN, ScalarScope.SHARED);
    }

    /**
     * The adapted blocks, ascending.
     *
     * @param layers blocks of the model
     */
    public List<Integer> adaptedBlocks(int layers) {
        return blocks.isEmpty() ? IntStream.range(0, layers).boxed().toList() : blocks;
    }

    /** s of {@code s * B A}. */
    public double scaling() {
        return loraAlpha / (rankStabilised ? Math.sqrt(rank) : rank);
    }
}
