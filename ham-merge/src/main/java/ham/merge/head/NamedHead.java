package ham.merge.head;

import ham.merge.InputException;
import java.util.HashSet;
import java.util.List;

/**
 * A head and the names of its classes, in logit order.
 *
 * @param head the classifier
 * @param classes one name a logit
 * @param featureBlocks of how many of the encoder's last blocks it reads a vector each beside the encoder's own feature
 *     ({@link ham.merge.encoder.BlockFeatures})
 * @param feature which feature that is
 */
public record NamedHead(Head head, List<String> classes, int featureBlocks, HeadFeature feature) {
    /** A head that reads the encoder's own feature. */
    public NamedHead(Head head, List<String> classes) {
        this(head, classes, 0);
    }

    /** A head that reads the encoder's own feature, and a vector of each of its last blocks. */
    public NamedHead(Head head, List<String> classes, int featureBlocks) {
        this(head, classes, featureBlocks, HeadFeature.OWN);
    }

    /**
     * Checks the counts.
     *
     * @throws IllegalArgumentException when there is not one name a class, or fewer blocks than none
     */
    public NamedHead {
        if (featureBlocks < 0) {
            throw new IllegalArgumentException("expected feature blocks from 0 on, found " + featureBlocks);
        }
        classes = List.copyOf(classes);
        if (classes.size() != head.classes()) {
            throw new IllegalArgumentException("expected " + head.classes() + " class names, found " + classes.size());
        }
    }

    /**
     * The same head with other names.
     *
     * @throws InputException when there is not one name a class, or one is there twice
     */
    public NamedHead named(List<String> names) {
        int different = new HashSet<>(names).size();
        if (names.size() != head.classes() || different < names.size()) {
            throw InputException.parameter(
                    "labels",
                    "expected " + head.classes() + " different names, one a class, found " + names.size()
                            + (different < names.size() ? ", " + (names.size() - different) + " of them twice" : ""));
        }
        return new NamedHead(head, names, featureBlocks, feature);
    }

    /** The same head of another feature. */
    public NamedHead reading(HeadFeature other) {
        return new NamedHead(head, classes, featureBlocks, other);
    }

    /** Its kind, with the blocks that it reads beside the feature: {@code analytic head}, or {@code analytic head of 2 blocks}. */
    public String described() {
        String kind = head.kind().optionName() + " head";
        return featureBlocks == 0 ? kind : kind + " of " + featureBlocks + " block" + (featureBlocks == 1 ? "" : "s");
    }

    /** Whether names are only numbers behind the name of an adapter, as those of a classifier are of which nobody knows what it tells apart. */
    public boolean isNameless() {
        return classes.stream().allMatch(each -> each.matches(".+/\\d+"));
    }
}
