package ham.serve.repository;

import ham.common.HamException;
import ham.runtime.ModelException;
import ham.runtime.classify.Prediction;
import ham.runtime.image.RgbImage;
import ham.runtime.swap.SwapRule;
import ham.serve.batch.Batcher;
import ham.serve.batch.Completion;
import ham.serve.batch.Ticket;
import ham.serve.protocol.Deadline;
import ham.serve.protocol.InferRequest;
import ham.serve.protocol.ServeException;
import ham.serve.protocol.Status;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;

/** A model of the repository and its versions in service, which may come, go and be replaced while requests go on. */
public final class ServedModel {
    private final ModelSource source;
    private final SwapRule rule;
    private final ScheduledExecutorService timer;
    private final RepositoryListener listener;
    private final ConcurrentSkipListMap<Long, LoadedModel> versions = new ConcurrentSkipListMap<>();
    private volatile boolean wanted;
    private volatile String reason = "";

    ServedModel(ModelSource source, SwapRule rule, ScheduledExecutorService timer, RepositoryListener listener) {
        this.source = source;
        this.rule = rule;
        this.timer = timer;
        this.listener = listener;
    }

    /** The name under which it is served. */
    public String name() {
        return source.name();
    }

    /** The numbers of the versions in service. */
    public NavigableSet<Long> versions() {
        return versions.keySet();
    }

    /** Whether a version is in service. */
    public boolean ready() {
        return !versions.isEmpty();
    }

    /** Why it is not, or why what lies on disk is not what is in service; else empty. */
    public String reason() {
        return reason;
    }

    /** Whether it was loaded and not unloaded since. */
    boolean wanted() {
        return wanted;
    }

    /** Requests that wait for any of its versions. */
    public int waiting() {
        return versions.values().stream().mapToInt(LoadedModel::waiting).sum();
    }

    /**
     * A version in service.
     *
     * @param version its number; empty for the newest
     * @throws ServeException if there is no such version, or none at all
     */
    public LoadedModel version(String version) {
        if (version.isEmpty()) {
            Map.Entry<Long, LoadedModel> newest = versions.lastEntry();
            if (newest == null) {
                throw new ServeException(
                        Status.UNAVAILABLE, name() + ": expected a model that is loaded, found that it is not.");
            }
            return newest.getValue();
        }
        LoadedModel found = version.matches("\\d{1,18}") ? versions.get(Long.parseLong(version)) : null;
        if (found == null) {
            throw new ServeException(
                    Status.NOT_FOUND,
                    name() + ": expected one of the versions " + versions.keySet() + ", found '" + version + "'.");
        }
        return found;
    }

    /**
     * Takes a request into the queue of a version.
     *
     * @param request what it is for the model that takes it
     * @param here nanoseconds that this thread may be kept by a run; see {@link Batcher#submit}
     * @throws ServeException if it does not fit, there is no such version, or the queue is full
     */
    public Accepted submit(
            String version, Function<LoadedModel, InferRequest> request, Completions completions, long here) {
        while (true) {
            LoadedModel model = version(version);
            Optional<Ticket> ticket = model.submit(request.apply(model), completions.on(model), here);
            if (ticket.isPresent()) {
                return new Accepted(model, ticket.get());
            }
            // It was replaced between the two lines: the newer one is there already.
        }
    }

    /** Who hears of a request's end, once it is known what answers it. */
    public interface Completions {
        /** For a request on that model. */
        Completion on(LoadedModel model);
    }

    /**
     * The most probable classes of an image. Waits for the answer.
     *
     * @throws ServeException as {@link #submit}, or if the model is no classifier
     */
    public Classified classify(String version, Optional<String> adapter, RgbImage image, int top, Deadline deadline) {
        return classify(
                version, adapter, deadline, model -> model.classifier(adapter).classify(image, top));
    }

    /**
     * The most probable classes of a text, as the tokenizer that the model carries splits it. Waits for the answer.
     *
     * @throws ServeException as {@link #submit}, or if the model is no classifier of texts
     */
    public Classified classify(String version, Optional<String> adapter, String text, int top, Deadline deadline) {
        return classify(version, adapter, deadline, model -> model.texts().classify(model.adapter(adapter), text, top));
    }

    private Classified classify(
            String version,
            Optional<String> adapter,
            Deadline deadline,
            Function<LoadedModel, List<Prediction>> classification) {
        while (true) {
            LoadedModel model = version(version);
            QueuedModel.deadline(deadline);
            try {
                return new Classified(model, model.adapter(adapter), classification.apply(model), QueuedModel.last());
            } catch (QueuedModel.RetiredException e) {
                // It was replaced meanwhile: the newer one is there already.
            } catch (ModelException e) {
                throw new ServeException(Status.INVALID, e.getMessage(), e);
            }
        }
    }

    /**
     * Puts into service what lies on disk: versions that are new or changed, and takes out those that are gone. What cannot be opened or does
     * not fit leaves the version that is in service where it is.
     *
     * @throws HamException why a version is refused
     */
    public synchronized void load() {
        wanted = true;
        try {
            SortedMap<Long, VersionSource> there = source.versions();
            for (Map.Entry<Long, VersionSource> each : there.entrySet()) {
                load(each.getKey(), each.getValue());
            }
            for (long version : List.copyOf(versions.keySet())) {
                if (!there.containsKey(version)) {
                    retire(version);
                }
            }
            reason = "";
        } catch (RuntimeException | Error e) {
            reason = e instanceof HamException ? e.getMessage() : "A fault of the server: " + e;
            listener.refused(name(), e);
            throw e;
        }
    }

    private void load(long version, VersionSource source) {
        LoadedModel old = versions.get(version);
        if (old != null && old.stamp().equals(Stamp.of(source.files()))) {
            return;
        }
        LoadedModel newcomer = LoadedModel.open(name(), version, source, timer, listener.runs(name()));
        try {
            if (old != null) {
                SwapCheck.check(rule, old, newcomer);
            }
        } catch (RuntimeException | Error e) {
            newcomer.retire();
            throw e;
        }
        versions.put(version, newcomer);
        if (old == null) {
            listener.loaded(name(), version);
        } else {
            old.retire();
            listener.swapped(name(), version);
        }
    }

    /** Takes every version out of service; requests under way are answered. */
    public synchronized void unload() {
        wanted = false;
        reason = "unloaded";
        List.copyOf(versions.keySet()).forEach(this::retire);
    }

    private LoadedModel retire(long version) {
        LoadedModel gone = versions.remove(version);
        gone.retire();
        listener.unloaded(name(), version);
        return gone;
    }

    /** The state of everything it is made of; what cannot be read is a state too. */
    Stamp stamp() {
        try {
            SortedMap<Long, VersionSource> there = new TreeMap<>(source.versions());
            return new Stamp(there.entrySet().stream()
                    .map(each -> each.getKey() + " "
                            + Stamp.of(each.getValue().files()).text())
                    .reduce("", (all, one) -> all + one + "\n"));
        } catch (HamException e) {
            return new Stamp("refused: " + e.getMessage());
        }
    }

    /** Unloads and waits for the last answers; false if that took longer. */
    boolean close(Duration time) {
        long until = System.nanoTime() + time.toNanos();
        List<LoadedModel> last;
        synchronized (this) {
            wanted = false;
            last = List.copyOf(versions.keySet()).stream().map(this::retire).toList();
        }
        boolean all = true;
        for (LoadedModel each : last) {
            all &= each.awaitEnd(Duration.ofNanos(Math.max(1, until - System.nanoTime())));
        }
        return all;
    }
}
