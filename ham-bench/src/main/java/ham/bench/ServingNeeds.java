package ham.bench;

import ham.bench.strategy.Strategy;
import ham.merge.adapter.LayerShape;
import ham.merge.folder.AdapterFolder;
import ham.merge.head.AnalyticHead;
import ham.merge.head.Head;
import ham.merge.head.HeadKind;
import ham.merge.head.NamedHead;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a strategy is going to need, from the shapes of base and adapters. Measured on ViT-B/16, a session holds 1.2 times its file, and while it
 * opens the file once more; 1.3 is taken here.
 */
final class ServingNeeds {
    /** JVM and ONNX Runtime without a model. */
    private static final long PROCESS = 120_000_000;
    /** Activations and the graph itself. */
    private static final long SESSION = 4_000_000;

    private static final double PACKED = 1.3;

    private final long base;
    private final List<Task> tasks;

    /** Bytes of the weights that a task changes (dense), of its head, of what that shares with all tasks, and of its adapter file. */
    private record Task(long changed, long head, long projection, long adapter) {}

    ServingNeeds(ServingSource source) {
        base = Float.BYTES
                * source.base().file().names().stream()
                        .mapToLong(name -> source.base().file().info(name).elements())
                        .sum();
        boolean sequential = source.merge().usesTrainedGroups();
        Map<String, LayerShape> shapes = new TreeMap<>();
        Map<String, Long> ranks = new TreeMap<>();
        tasks = source.apart(source.tasks()).adapters().stream()
                .map(adapter -> task(adapter, sequential, shapes, ranks))
                .toList();
    }

    /** In a sequential run a task's function has the adapters before it too. */
    private static Task task(
            AdapterFolder adapter, boolean sequential, Map<String, LayerShape> shapes, Map<String, Long> ranks) {
        if (!sequential) {
            shapes.clear();
            ranks.clear();
        }
        adapter.adapter().layers().forEach((name, layer) -> {
            shapes.put(name, layer);
            ranks.merge(name, (long) layer.rank(), Long::sum);
        });
        long changed = 0;
        long factors = 0;
        for (Map.Entry<String, LayerShape> each : shapes.entrySet()) {
            LayerShape layer = each.getValue();
            long rank = Math.min(ranks.get(each.getKey()), Math.min(layer.inputs(), layer.outputs()));
            changed += Float.BYTES * (long) layer.inputs() * layer.outputs();
            factors += Float.BYTES * rank * (layer.inputs() + layer.outputs());
        }
        Head head = adapter.head().map(NamedHead::head).orElse(null);
        long width = head == null ? 0 : head.features();
        long projection = 0;
        if (head != null && head.kind() == HeadKind.ANALYTIC && head instanceof AnalyticHead analytic) {
            projection = Float.BYTES
                    * (long) analytic.features()
                    * analytic.projection().width();
            width = analytic.weight().columns();
        }
        long weight = head == null ? 0 : Float.BYTES * width * head.classes();
        return new Task(changed, weight, projection, factors + weight);
    }

    /** Bytes of one whole model. */
    long whole() {
        Task last = tasks.get(tasks.size() - 1);
        return base + last.head() + last.projection();
    }

    /** Bytes on disk of a strategy for the first tasks. */
    long disk(Strategy strategy, int count) {
        return switch (strategy) {
            case MERGED -> whole();
            case PER_TASK, RELOAD -> count * whole();
            case SHARED -> whole() + own(count);
            case ADAPTERS -> whole() + adapters(count);
        };
    }

    /** Bytes of resident memory of a process that serves the first tasks so. */
    long memory(Strategy strategy, int count) {
        long session = (long) (PACKED * whole()) + SESSION;
        long open =
                switch (strategy) {
                    case MERGED, RELOAD -> session;
                    case PER_TASK -> count * session;
                    case SHARED -> whole() + own(count) + count * SESSION;
                    case ADAPTERS -> session + adapters(count);
                };
        return PROCESS + open + whole();
    }

    private long own(int count) {
        return tasks.stream()
                .limit(count)
                .mapToLong(task -> task.changed() + task.head())
                .sum();
    }

    private long adapters(int count) {
        return tasks.stream().limit(count).mapToLong(Task::adapter).sum();
    }
}
