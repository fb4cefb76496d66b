package ham.bench.url;

import ham.bench.latency.LatencySamples;
import ham.bench.latency.LatencySummary;
import ham.bench.scenario.Scenario;
import ham.merge.InputException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * The scenarios of {@link Scenario} against a server of the Open Inference Protocol. In the scenario Server queries become due as a Poisson
 * process whatever the server does, on as many connections as the plan has; a latency counts from then, so that a server that stalls is not spared
 * the queries that it made wait (no coordinated omission).
 */
public final class UrlBench {
    /** Different queries, so that no server can remember an answer. */
    private static final int DIFFERENT = 16;

    private final OipClient client;
    private final UrlPlan plan;

    /** Plans it. */
    public UrlBench(OipClient client, UrlPlan plan) {
        this.client = client;
        this.plan = plan;
    }

    /** What a connection counted. */
    private static final class Counted {
        private final LatencySamples latencies = new LatencySamples();
        private int refused;
        private int failed;
    }

    /**
     * Asks.
     *
     * @return a result a scenario
     * @throws InputException if there is no such server or model
     */
    public List<UrlResult> run() {
        OipClient.Model model = client.model(plan.model());
        List<UrlResult> results = new ArrayList<>();
        for (Scenario scenario : plan.scenarios()) {
            int rows = scenario == Scenario.MULTI_STREAM ? plan.images() : 1;
            SplittableRandom random = new SplittableRandom(plan.seed());
            List<OipQuery> queries = new ArrayList<>();
            for (int i = 0; i < DIFFERENT; i++) {
                queries.add(OipQuery.random(model, rows, plan.tokens(), random.split()));
            }
            boolean many = scenario == Scenario.SERVER || scenario == Scenario.OFFLINE;
            int connections = many ? plan.connections() : 1;
            long[] none = new long[Math.max(plan.warmUps(), connections)];
            ask(queries, none, connections);
            long[] due = scenario == Scenario.SERVER ? arrivals(random) : new long[plan.queries()];
            results.add(result(scenario, queries, due, connections));
        }
        return results;
    }

    /** When queries become due, in ns from the beginning. */
    private long[] arrivals(SplittableRandom random) {
        long[] due = new long[plan.queries()];
        double since = 0;
        for (int i = 0; i < due.length; i++) {
            since -= 1e9 / plan.rate() * Math.log1p(-random.nextDouble());
            due[i] = (long) since;
        }
        return due;
    }

    private UrlResult result(Scenario scenario, List<OipQuery> queries, long[] due, int connections) {
        long begun = System.nanoTime();
        List<Counted> all = ask(queries, due, connections);
        double seconds = (System.nanoTime() - begun) / 1e9;
        LatencySamples latencies = new LatencySamples();
        int refused = 0;
        int failed = 0;
        for (Counted each : all) {
            for (long latency : each.latencies.toArray()) {
                latencies.add(latency);
            }
            refused += each.refused;
            failed += each.failed;
        }
        int rows = queries.get(0).rows();
        LatencySummary summary = latencies.count() == 0 ? null : latencies.toSummary();
        return new UrlResult(
                scenario.title(), latencies.count(), refused, failed, rows * latencies.count() / seconds, summary);
    }

    /** A due time of 0 means as soon as a connection is free. */
    private List<Counted> ask(List<OipQuery> queries, long[] due, int connections) {
        AtomicInteger next = new AtomicInteger();
        long begun = System.nanoTime();
        List<Counted> counted = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            Counted mine = new Counted();
            counted.add(mine);
            Thread thread = new Thread(
                    () -> {
                        for (int query = next.getAndIncrement(); query < due.length; query = next.getAndIncrement()) {
                            one(queries.get(query % queries.size()), due[query], begun, mine);
                        }
                    },
                    "ham-bench-url-" + i);
            thread.start();
            threads.add(thread);
        }
        try {
            for (Thread each : threads) {
                each.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return counted;
    }

    private void one(OipQuery query, long due, long begun, Counted counted) {
        long start = due == 0 ? System.nanoTime() : begun + due;
        for (long left = start - System.nanoTime(); left > 0; left = start - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
        int status;
        try {
            status = client.infer(query);
        } catch (InputException e) {
            status = 0;
        }
        if (status == 200) {
            counted.latencies.add(System.nanoTime() - start);
        } else if (status == 429 || status == 503) {
            counted.refused++;
        } else {
            counted.failed++;
        }
    }
}
