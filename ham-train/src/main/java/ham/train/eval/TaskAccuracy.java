package ham.train.eval;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * Accuracy on one task's test images among all classes of the model.
 *
 * @param task its number, from 0; null in records of earlier versions
 * @param classes names of the task's classes
 * @param images number of test images
 * @param accuracy fraction whose largest logit is that of their class
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TaskAccuracy(Integer task, List<String> classes, int images, double accuracy) {
    public TaskAccuracy {
        classes = List.copyOf(classes);
    }
}
