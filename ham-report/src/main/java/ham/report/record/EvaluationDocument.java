package ham.report.record;

import java.util.List;

/**
 * Accuracy of an exported model, {@code evaluation.json}.
 *
 * @param accuracy a fraction, null where it was not measured
 * @param tasks the same by task
 */
public record EvaluationDocument(Double accuracy, List<Task> tasks) {
    public EvaluationDocument {
        tasks = Binding.orEmpty(tasks);
    }

    /** One task: names of its classes, number of test images, the fraction that is right among all classes. */
    public record Task(List<String> classes, Integer images, Double accuracy) {
        public Task {
            classes = Binding.orEmpty(classes);
        }
    }
}
