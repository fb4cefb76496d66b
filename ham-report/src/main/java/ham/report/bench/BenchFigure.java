package ham.report.bench;

import java.util.function.Function;

/** The figures of a measurement, in the order of tables. */
public enum BenchFigure {
    SAMPLES("samples", "samples", BenchRow::samples),
    WARM_UP("warm_up_samples", "warm-up", BenchRow::warmUpSamples),
    P50("p50_ms", "p50 ms", BenchRow::p50Ms),
    P90("p90_ms", "p90 ms", BenchRow::p90Ms),
    P95("p95_ms", "p95 ms", BenchRow::p95Ms),
    P99("p99_ms", "p99 ms", BenchRow::p99Ms),
    MEAN("mean_ms", "mean ms", BenchRow::meanMs),
    THROUGHPUT("throughput_per_s", "images/s", BenchRow::throughputPerSecond),
    SWITCH("switch_ms", "switch ms", BenchRow::switchMs),
    LOAD("load_ms", "load ms", BenchRow::loadMs),
    FIRST_ANSWER("first_answer_ms", "first answer ms", BenchRow::firstAnswerMs),
    RESIDENT("resident_mb", "resident MB", BenchRow::residentMb),
    DISK("disk_mb", "disk MB", BenchRow::diskMb),
    ACCURACY("accuracy", "accuracy", BenchRow::accuracy);

    private final String key;
    private final String heading;

    @SuppressWarnings("ImmutableEnumChecker") // accessors of a record, which hold nothing
    private final Function<BenchRow, Number> value;

    BenchFigure(String key, String heading, Function<BenchRow, Number> value) {
        this.key = key;
        this.heading = heading;
        this.value = value;
    }

    /** Its key in {@code bench.json}. */
    public String key() {
        return key;
    }

    /** Of its column. */
    public String heading() {
        return heading;
    }

    Number of(BenchRow row) {
        return value.apply(row);
    }
}
