package ham.merge.head;

import java.util.List;

/**
 * A head and the names of its classes, in logit order.
 *
 * @param head the classifier
 * @param classes one name a logit
 */
public record NamedHead(Head head, List<String> classes) {
    /**
     * Checks the count.
     *
     * @throws IllegalArgumentException when there is not one name a class
     */
    public NamedHead {
        classes = List.copyOf(classes);
        if (classes.size() != head.classes()) {
            throw new IllegalArgumentException("expected " + head.classes() + " class names, found " + classes.size());
        }
    }
}
