package ham.train.eval;

import ham.merge.InputException;
import ham.runtime.image.RgbImage;
import ham.runtime.model.Classifier;
import ham.train.data.Dataset;
import ham.train.data.ImageSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * Accuracy of a classifier file on test images, per task and overall.
 *
 * @param accuracy fraction of all images that is right
 * @param images number of images
 * @param tasks the same by task, without tasks that have no image here
 */
public record DeployedAccuracy(double accuracy, int images, List<TaskAccuracy> tasks) {
    private static final int BATCH = 64;

    public DeployedAccuracy {
        tasks = List.copyOf(tasks);
    }

    /**
     * Classifies all test images.
     *
     * @param tasks names of each task's classes
     * @param progress told how many images are done
     * @throws InputException when the data has a class that the model or the tasks do not know
     */
    public static DeployedAccuracy measure(
            Classifier classifier, Dataset data, List<List<String>> tasks, IntConsumer progress) {
        int[] logitOf = logits(classifier.labels(), data.classNames());
        int[] taskOf = tasks(tasks, data.classNames());
        int[] images = new int[tasks.size()];
        int[] correct = new int[tasks.size()];
        ImageSet test = data.test();
        for (int from = 0; from < test.size(); from += BATCH) {
            List<RgbImage> batch = IntStream.range(from, Math.min(from + BATCH, test.size()))
                    .mapToObj(test::image)
                    .toList();
            float[][] logits = classifier.logits(batch);
            for (int i = 0; i < batch.size(); i++) {
                int label = test.label(from + i);
                images[taskOf[label]]++;
                if (top(logits[i]) == logitOf[label]) {
                    correct[taskOf[label]]++;
                }
            }
            progress.accept(from + batch.size());
        }
        List<TaskAccuracy> accuracies = new ArrayList<>();
        for (int task = 0; task < tasks.size(); task++) {
            if (images[task] > 0) {
                accuracies.add(new TaskAccuracy(tasks.get(task), images[task], (double) correct[task] / images[task]));
            }
        }
        return new DeployedAccuracy((double) IntStream.of(correct).sum() / test.size(), test.size(), accuracies);
    }

    private static int[] logits(List<String> labels, List<String> classNames) {
        return lookUp(numbers(List.of(labels), true), classNames, "the model");
    }

    private static int[] tasks(List<List<String>> tasks, List<String> classNames) {
        return lookUp(numbers(tasks, false), classNames, "the list of tasks");
    }

    /** Each name's place in its list, or the number of its list. */
    private static Map<String, Integer> numbers(List<List<String>> lists, boolean place) {
        Map<String, Integer> numbers = new HashMap<>();
        for (int list = 0; list < lists.size(); list++) {
            for (int i = 0; i < lists.get(list).size(); i++) {
                String name = lists.get(list).get(i);
                if (numbers.put(name, place ? i : list) != null) {
                    throw new InputException(
                            "expected every class once, found '" + name + "' twice among the classes of the model");
                }
            }
        }
        return numbers;
    }

    private static int[] lookUp(Map<String, Integer> numbers, List<String> classNames, String where) {
        return classNames.stream()
                .mapToInt(name -> {
                    Integer number = numbers.get(name);
                    if (number == null) {
                        throw new InputException("the data has the class '" + name + "', which " + where
                                + " does not know; evaluate on the classes that the model was trained on");
                    }
                    return number;
                })
                .toArray();
    }

    private static int top(float[] logits) {
        int top = 0;
        for (int i = 1; i < logits.length; i++) {
            top = logits[i] > logits[top] ? i : top;
        }
        return top;
    }
}
