package ham.train.eval;

import java.util.List;

/**
 * Accuracy on one task's test images among all classes of the model.
 *
 * @param classes names of the task's classes
 * @param images number of test images
 * @param accuracy fraction whose largest logit is that of their class
 */
public record TaskAccuracy(List<String> classes, int images, double accuracy) {
    public TaskAccuracy {
        classes = List.copyOf(classes);
    }
}
