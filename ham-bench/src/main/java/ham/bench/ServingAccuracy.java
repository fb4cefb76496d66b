package ham.bench;

import ham.bench.strategy.Strategy;
import ham.bench.strategy.TaskServer;
import ham.merge.InputException;
import ham.merge.folder.AdapterFolder;
import ham.runtime.image.RgbImage;
import ham.runtime.model.SessionSettings;
import ham.runtime.preprocess.Preprocessing;
import ham.train.data.Dataset;
import ham.train.eval.TopClasses;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Accuracy of what a strategy answers, on test images of the tasks that it serves. The merged model is not told the task (class-incremental);
 * the others are, and choose among the task's own classes.
 */
final class ServingAccuracy {
    private static final int BATCH = 16;

    private final ServingModels models;
    private final SessionSettings session;
    private final Preprocessing preprocessing;
    private final Dataset data;
    /** Indices of the test images of each task. */
    private final List<List<Integer>> images = new ArrayList<>();

    private final Map<Strategy, int[]> known = new EnumMap<>(Strategy.class);

    /**
     * Chooses images.
     *
     * @param request with the most images in all, spread evenly over the test images of every task
     * @throws InputException when the adapters do not name their classes, or the data has no image of one
     */
    ServingAccuracy(ServingSource source, ServingModels models, ServingRequest request, Dataset data) {
        this.models = models;
        this.session = request.session();
        int side = source.base().images().side();
        this.preprocessing = request.preprocessing()
                .map(chosen -> chosen.apply(side))
                .orElseGet(() -> Preprocessing.ofCheckpoint(source.base().directory(), side));
        this.data = data;
        Map<String, Integer> taskOf = new HashMap<>();
        for (int task = 0; task < source.tasks(); task++) {
            images.add(new ArrayList<>());
            for (String name : classes(source.merge().adapters().get(task), data)) {
                taskOf.put(name, task);
            }
        }
        for (int i = 0; i < data.test().size(); i++) {
            Integer task = taskOf.get(data.classNames().get(data.test().label(i)));
            if (task != null) {
                images.get(task).add(i);
            }
        }
        int share = Math.max(1, request.images() / source.tasks());
        images.replaceAll(all -> spread(all, share));
    }

    private static List<String> classes(AdapterFolder adapter, Dataset data) {
        List<String> classes = adapter.record().classes();
        if (classes.isEmpty()) {
            throw new InputException(
                    adapter.path(),
                    "expected the task's classes in ham.json, found none; without them no accuracy can be measured");
        }
        for (String name : classes) {
            if (!data.classNames().contains(name)) {
                throw new InputException(
                        adapter.path(),
                        "was trained for the class '" + name
                                + "', which the data do not have; give the data of the run");
            }
        }
        return classes;
    }

    private static List<Integer> spread(List<Integer> all, int count) {
        List<Integer> chosen = new ArrayList<>();
        int kept = Math.min(count, all.size());
        for (int i = 0; i < kept; i++) {
            chosen.add(all.get((int) ((long) i * all.size() / kept)));
        }
        return chosen;
    }

    /** Images of the first tasks. */
    int images(int tasks) {
        return images.stream().limit(tasks).mapToInt(List::size).sum();
    }

    /**
     * Fraction of the images of the first tasks that is answered rightly. With the task known a task's answers do not depend on how many others
     * there are, so they are measured once.
     *
     * @param most the largest number of tasks that the strategy will be asked for
     */
    double of(Strategy strategy, int tasks, int most) {
        int[] correct = strategy == Strategy.MERGED
                ? measure(strategy, tasks)
                : known.computeIfAbsent(strategy, each -> measure(each, most));
        return (double) IntStream.of(correct).limit(tasks).sum() / images(tasks);
    }

    /** Right answers by task. */
    private int[] measure(Strategy strategy, int tasks) {
        int[] correct = new int[tasks];
        try (TaskServer server = TaskServer.open(models.files(strategy, tasks), session, BATCH)) {
            for (int task = 0; task < tasks; task++) {
                List<String> labels = models.labels(strategy, tasks, task);
                int served = task;
                int[] own = images.get(task).stream().mapToInt(each -> each).toArray();
                int[] top = TopClasses.of(
                        data.testImages(),
                        own,
                        BATCH,
                        done -> {},
                        decoded -> logits(server, served, decoded, labels.size()))[0];
                for (int i = 0; i < own.length; i++) {
                    String truth = data.classNames().get(data.test().label(own[i]));
                    correct[task] += labels.get(top[i]).equals(truth) ? 1 : 0;
                }
            }
        }
        return correct;
    }

    private float[][] logits(TaskServer server, int task, List<RgbImage> decoded, int classes) {
        List<float[]> rows = decoded.stream().map(preprocessing::apply).toList();
        float[] pixels = new float[decoded.size() * rows.get(0).length];
        for (int i = 0; i < decoded.size(); i++) {
            System.arraycopy(rows.get(i), 0, pixels, i * rows.get(i).length, rows.get(i).length);
        }
        float[] logits = server.logits(task, pixels, decoded.size());
        float[][] byImage = new float[decoded.size()][];
        for (int i = 0; i < decoded.size(); i++) {
            byImage[i] = Arrays.copyOfRange(logits, i * classes, (i + 1) * classes);
        }
        return byImage;
    }
}
