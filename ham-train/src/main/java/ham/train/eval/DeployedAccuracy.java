package ham.train.eval;

import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.common.ArgMax;
import ham.merge.InputException;
import ham.merge.io.JsonFiles;
import ham.merge.io.JsonRecords;
import ham.train.data.Dataset;
import ham.train.data.Examples;
import java.nio.file.Path;
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
     * Reads a file that holds one.
     *
     * @throws InputException when it is missing or damaged
     */
    public static DeployedAccuracy read(Path file) {
        ObjectNode json = JsonFiles.read(file, "the accuracy of an exported model");
        if (!json.has("accuracy") || !json.has("tasks")) {
            throw new InputException(file, "expected accuracy and tasks, found none; the record is damaged");
        }
        return JsonRecords.read(file, json, DeployedAccuracy.class);
    }

    /**
     * Classifies all test examples.
     *
     * @param tasks names of each task's classes
     * @param progress told how many images are done
     * @throws InputException when the data has a class that the model or the tasks do not know, one of them has a class twice, or a logit
     *     is not finite
     */
    public static DeployedAccuracy measure(
            ExampleClassifier classifier, Dataset data, List<List<String>> tasks, IntConsumer progress) {
        String model = classifier.name();
        int[] logitOf = lookUp(logits(model, classifier.labels()), data.classNames(), model);
        int[] taskOf = lookUp(tasks(tasks), data.classNames(), "the list of tasks");
        int[] images = new int[tasks.size()];
        int[] correct = new int[tasks.size()];
        Examples test = data.test();
        int[] top = new int[test.size()];
        for (int from = 0; from < top.length; from += BATCH) {
            int to = Math.min(from + BATCH, top.length);
            float[][] logits = classifier.logits(test, IntStream.range(from, to).toArray());
            for (int i = from; i < to; i++) {
                TopClasses.requireFinite(logits[i - from]);
                top[i] = ArgMax.of(logits[i - from]);
            }
            progress.accept(to);
        }
        for (int i = 0; i < top.length; i++) {
            int label = test.label(i);
            images[taskOf[label]]++;
            correct[taskOf[label]] += top[i] == logitOf[label] ? 1 : 0;
        }
        List<TaskAccuracy> accuracies = new ArrayList<>();
        for (int task = 0; task < tasks.size(); task++) {
            if (images[task] > 0) {
                accuracies.add(
                        new TaskAccuracy(task, tasks.get(task), images[task], (double) correct[task] / images[task]));
            }
        }
        return new DeployedAccuracy((double) IntStream.of(correct).sum() / test.size(), test.size(), accuracies);
    }

    /** Class name to the number of its logit. */
    private static Map<String, Integer> logits(String model, List<String> labels) {
        Map<String, Integer> logits = new HashMap<>();
        for (int i = 0; i < labels.size(); i++) {
            putOnce(logits, labels.get(i), i, model);
        }
        return logits;
    }

    /** Class name to the number of its task. */
    private static Map<String, Integer> tasks(List<List<String>> lists) {
        Map<String, Integer> tasks = new HashMap<>();
        for (int task = 0; task < lists.size(); task++) {
            for (String name : lists.get(task)) {
                putOnce(tasks, name, task, "the list of tasks");
            }
        }
        return tasks;
    }

    private static void putOnce(Map<String, Integer> numbers, String name, int number, String where) {
        if (numbers.put(name, number) != null) {
            throw new InputException(where + ": expected every class once, found '" + name + "' twice");
        }
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
}
