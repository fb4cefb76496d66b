package ham.bench;

import ham.bench.scenario.Scenario;
import ham.bench.strategy.BenchSettings;
import ham.bench.strategy.Strategy;
import ham.common.Machine;
import ham.common.Version;
import ham.merge.InputException;
import ham.runtime.backend.OnnxRuntime;
import ham.runtime.model.SessionSettings;
import ham.runtime.preprocess.Preprocessing;
import ham.train.data.Dataset;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.IntFunction;

/**
 * What to measure.
 *
 * @param strategies in the order of the results, at least one
 * @param tasks numbers of tasks, each from 1 to what there is
 * @param scenarios at least one; the first at every number of tasks, the others at the largest only
 * @param settings how requests come
 * @param session how models run
 * @param time for everything, building included
 * @param measuring longest time for the measurement alone, empty for what is left of {@code time}
 * @param data test images for the accuracy, if it is wanted
 * @param images most of them
 * @param preprocessing how these are prepared for a side; as the base says where it is empty
 * @param environment facts to record
 * @param version of ham
 */
public record ServingRequest(
        List<Strategy> strategies,
        List<Integer> tasks,
        List<Scenario> scenarios,
        BenchSettings settings,
        SessionSettings session,
        Duration time,
        Optional<Duration> measuring,
        Optional<Dataset> data,
        int images,
        Optional<IntFunction<Preprocessing>> preprocessing,
        Map<String, String> environment,
        String version) {
    public ServingRequest {
        strategies = List.copyOf(strategies);
        tasks = List.copyOf(tasks);
        scenarios = List.copyOf(scenarios);
    }

    /** A request to be described; without more it measures everything at the usual numbers of tasks, for eight minutes. */
    public static Builder builder() {
        return new Builder();
    }

    /** All ways to serve so many tasks, one request after the other, round robin: what a demonstration shows. */
    public static ServingRequest brief(int tasks, SessionSettings session, Duration measuring) {
        return builder()
                .optTasks(List.of(tasks))
                .optScenarios(List.of(Scenario.SINGLE_STREAM))
                .optSettings(BenchSettings.DEFAULT.atMost(400))
                .optSession(session)
                .optTime(Duration.ofMinutes(2))
                .optMeasuring(measuring)
                .build(tasks);
    }

    /** Describes what to measure. */
    public static final class Builder {
        private static final List<Integer> USUAL_TASKS = List.of(1, 2, 5, 10, 20, 50);
        private static final int MOST_TASKS = 50;
        private static final Duration LONGEST = Duration.ofDays(1);

        private List<Strategy> strategies = List.of(Strategy.values());
        private List<Integer> tasks = List.of();
        private List<Scenario> scenarios = List.of(Scenario.values());
        private BenchSettings settings = BenchSettings.DEFAULT;
        private SessionSettings session = new SessionSettings(0);
        private Duration time = Duration.ofMinutes(8);
        private Optional<Duration> measuring = Optional.empty();
        private Optional<Dataset> data = Optional.empty();
        private int images = 1000;
        private Optional<IntFunction<Preprocessing>> preprocessing = Optional.empty();

        private Builder() {}

        /** Ways to serve, in the order of the results. */
        public Builder optStrategies(List<Strategy> ways) {
            strategies = ways;
            return this;
        }

        /** Numbers of tasks; none for those of 1, 2, 5, 10, 20, 50 that there are, and all. */
        public Builder optTasks(List<Integer> numbers) {
            tasks = numbers;
            return this;
        }

        /** How requests come; the first is run for every number of tasks, the others for the largest. */
        public Builder optScenarios(List<Scenario> ways) {
            scenarios = ways;
            return this;
        }

        /** Traffic, sizes of queries, rates. */
        public Builder optSettings(BenchSettings other) {
            settings = other;
            return this;
        }

        /** How models run. */
        public Builder optSession(SessionSettings other) {
            session = other;
            return this;
        }

        /** Time for everything, building the models included. */
        public Builder optTime(Duration most) {
            time = most;
            return this;
        }

        /** Longest time for the measurement alone. */
        public Builder optMeasuring(Duration most) {
            measuring = Optional.of(most);
            return this;
        }

        /** Measures also the accuracy of each way, on the test images of these data. */
        public Builder optData(Dataset set) {
            data = Optional.of(set);
            return this;
        }

        /** Most test images for the accuracy, spread evenly. */
        public Builder optImages(int most) {
            images = most;
            return this;
        }

        /** How they are prepared for a side, instead of as the base says. */
        public Builder optPreprocessing(IntFunction<Preprocessing> ofSide) {
            preprocessing = Optional.of(ofSide);
            return this;
        }

        /**
         * The request.
         *
         * @param available how many tasks there are
         * @throws InputException naming the parameter that does not fit
         */
        public ServingRequest build(int available) {
            requireDuration("minutes", time);
            measuring.ifPresent(most -> requireDuration("seconds", most));
            if (images < 1) {
                throw InputException.parameter("images", "expected at least 1, found " + images);
            }
            Map<String, String> environment = Machine.facts();
            environment.put("onnxruntime", OnnxRuntime.version());
            return new ServingRequest(
                    strategies,
                    counts(available),
                    scenarios,
                    settings,
                    session,
                    time,
                    measuring,
                    data,
                    images,
                    preprocessing,
                    environment,
                    Version.current());
        }

        private static void requireDuration(String parameter, Duration found) {
            if (found.isZero() || found.isNegative() || found.compareTo(LONGEST) > 0) {
                throw InputException.parameter(parameter, "expected more than 0, and a day at most");
            }
        }

        private List<Integer> counts(int available) {
            int most = Math.min(available, MOST_TASKS);
            if (tasks.isEmpty()) {
                TreeSet<Integer> chosen = new TreeSet<>(USUAL_TASKS);
                chosen.add(most);
                return List.copyOf(chosen.headSet(most, true));
            }
            for (int count : tasks) {
                if (count < 1 || count > most) {
                    throw InputException.parameter(
                            "tasks",
                            "expected numbers from 1 to " + most
                                    + (available > MOST_TASKS ? " (the most)" : ", an adapter a task") + ", found "
                                    + count);
                }
            }
            return List.copyOf(new TreeSet<>(tasks));
        }
    }
}
