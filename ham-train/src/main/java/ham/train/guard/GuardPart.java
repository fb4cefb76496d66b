package ham.train.guard;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Something that may be deployed.
 *
 * @param merge of the adapters; empty for the run's own
 * @param scale what its delta is multiplied by, from 0 (the frozen backbone) to 1
 */
public record GuardPart(Optional<MergeCandidate> merge, BigDecimal scale) {
    /**
     * All that is compared: nothing, every part of every other merge, the parts of the run's own, all of that last.
     *
     * @param merges beside the run's own
     */
    public static List<GuardPart> all(GuardRule rule, List<MergeCandidate> merges) {
        List<BigDecimal> scales = rule.scales().subList(1, rule.scales().size());
        List<GuardPart> parts = new ArrayList<>();
        parts.add(new GuardPart(Optional.empty(), BigDecimal.ZERO));
        merges.forEach(merge -> scales.forEach(scale -> parts.add(new GuardPart(Optional.of(merge), scale))));
        scales.forEach(scale -> parts.add(new GuardPart(Optional.empty(), scale)));
        return parts;
    }

    /** How records call it: {@code 0.5}, {@code ties density=0.2}, {@code 0.5 of ties density=0.2}. */
    public String name() {
        String part = scale.toPlainString();
        return merge.map(MergeCandidate::name)
                .map(name -> scale.compareTo(BigDecimal.ONE) == 0 ? name : part + " of " + name)
                .orElse(part);
    }
}
