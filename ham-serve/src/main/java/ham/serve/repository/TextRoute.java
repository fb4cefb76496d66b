package ham.serve.repository;

import ham.runtime.ModelException;
import ham.runtime.classify.Prediction;
import ham.runtime.classify.TextClassifier;
import ham.serve.protocol.ServeException;
import ham.serve.protocol.Status;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A version of a model as a classifier of texts: they are split by the tokenizer that the model carries, and run through its queue. Tokenizers are
 * opened by the first text and closed behind the last one of a version that was retired.
 */
final class TextRoute {
    private final LoadedModel model;
    private final Map<Optional<String>, TextClassifier> classifiers = new HashMap<>();
    private int users;
    private boolean retired;

    TextRoute(LoadedModel model) {
        this.model = model;
    }

    /**
     * The most probable classes of a text.
     *
     * @throws ham.runtime.ModelException if it is no classifier of texts, or nothing here splits texts
     * @throws QueuedModel.RetiredException if a newer version takes its requests
     */
    List<Prediction> classify(Optional<String> adapter, String text, int top) {
        TextClassifier classifier = enter(adapter);
        try {
            return classifier.classify(List.of(text), top).get(0);
        } finally {
            leave();
        }
    }

    private synchronized TextClassifier enter(Optional<String> adapter) {
        if (retired) {
            throw new QueuedModel.RetiredException();
        }
        TextClassifier classifier = classifiers.computeIfAbsent(adapter, this::open);
        users++;
        return classifier;
    }

    private TextClassifier open(Optional<String> adapter) {
        QueuedModel queued = new QueuedModel(model, adapter);
        try {
            return TextClassifier.of(queued, model.supplement(adapter));
        } catch (ModelException e) {
            if (e.getCause() == null) {
                // It is no classifier of texts.
                throw e;
            }
            // Its tokenizer cannot be opened here, for which the client is not to blame.
            throw new ServeException(
                    Status.FAILED, model.name() + ": expected a model that splits texts, but it cannot.", e);
        }
    }

    private synchronized void leave() {
        users--;
        closeUnused();
    }

    /** Takes no more texts. */
    synchronized void retire() {
        retired = true;
        closeUnused();
    }

    private void closeUnused() {
        if (retired && users == 0) {
            classifiers.values().forEach(TextClassifier::close);
            classifiers.clear();
        }
    }
}
