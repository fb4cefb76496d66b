package ham.runtime.swap;

import ham.runtime.ModelException;
import ham.runtime.classify.Classifier;
import ham.runtime.classify.Prediction;
import ham.runtime.image.RgbImage;
import ham.runtime.model.Lifetime;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A place for the classifier in service, which can be replaced while requests go on. A request runs on one classifier from its beginning to its
 * end; those that begin after a swap run on the new one; the old one is closed when its last request has ended.
 *
 * <p>Safe to use from several threads at once. While both are open, memory holds both.
 */
public final class ClassifierSlot implements AutoCloseable {
    private final SwapRule rule;
    private final int warmUps;
    private volatile Held current;

    /**
     * Puts the first classifier into service. From here on it is this slot's to close.
     *
     * @param rule how much a later one may differ
     * @param warmUps runs that a later one makes before it gets requests
     */
    public ClassifierSlot(Classifier first, SwapRule rule, int warmUps) {
        this.rule = rule;
        this.warmUps = warmUps;
        this.current = new Held(first);
    }

    /** As {@link Classifier#classify(RgbImage, int)}. */
    public List<Prediction> classify(RgbImage image, int topK) {
        return use(classifier -> classifier.classify(image, topK));
    }

    /**
     * Makes a request of any kind on the classifier in service. The request must not keep it, and must not swap or close this slot.
     *
     * @throws IllegalStateException if this slot was closed
     */
    public <T> T use(Function<Classifier, T> request) {
        while (true) {
            Held held = current;
            if (held == null) {
                throw new IllegalStateException("This slot was closed and cannot classify any more");
            }
            if (held.lifetime.tryEnter()) {
                try {
                    return request.apply(held.classifier);
                } finally {
                    held.lifetime.leave();
                }
            }
            // It was replaced and closed between the two lines: the new one is there already.
        }
    }

    /**
     * Opens a newer classifier, checks it, warms it up and puts it into service; then waits for the last request on the old one and closes
     * that. When the newcomer cannot be opened, does not fit or does not run, it is closed and the old one stays in service.
     *
     * @throws ModelException why the newcomer was refused, or whatever {@code opener} throws
     * @throws IllegalStateException if this slot was closed
     */
    public synchronized void swap(Supplier<Classifier> opener) {
        Held old = current;
        if (old == null) {
            throw new IllegalStateException("This slot was closed and takes no classifier any more");
        }
        Classifier newcomer = opener.get();
        try {
            rule.check(old.classifier, newcomer);
            newcomer.warmUp(warmUps);
        } catch (RuntimeException | Error e) {
            newcomer.close();
            throw e;
        }
        current = new Held(newcomer);
        old.close();
    }

    /** Waits for requests under way; may be repeated. Requests after it are refused. */
    @Override
    public synchronized void close() {
        Held last = current;
        current = null;
        if (last != null) {
            last.close();
        }
    }

    /** A classifier and the requests on it. */
    private static final class Held {
        private final Classifier classifier;
        private final Lifetime lifetime;

        Held(Classifier classifier) {
            this.classifier = classifier;
            this.lifetime = new Lifetime(classifier.model().name());
        }

        void close() {
            lifetime.close(classifier::close);
        }
    }
}
