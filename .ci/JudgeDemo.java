import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Judges what {@code ham demo --json} printed: a demo that ends with exit code 0 and a bad model must fail the build. Started as
 * {@code java -cp "ham-cli/target/lib/*" .ci/JudgeDemo.java FILE.json}.
 */
final class JudgeDemo {
    /** Last accuracy may lie this much below the frozen backbone under the same head. */
    private static final double MARGIN = 0.02;

    /** Last accuracy must be this many times what guessing gives. */
    private static final double ABOVE_CHANCE = 6;

    /** Largest difference of logits, in fractions of their range, whatever the run allowed itself. */
    private static final double PARITY = 1e-3;

    private final List<String> faults = new ArrayList<>();

    private JudgeDemo() {}

    public static void main(String... arguments) throws IOException {
        JudgeDemo judge = new JudgeDemo();
        judge.judge(new ObjectMapper().readTree(new File(arguments[0])));
        judge.faults.forEach(fault -> System.err.println("demo: " + fault));
        System.exit(judge.faults.isEmpty() ? 0 : 1);
    }

    private void judge(JsonNode demo) {
        double last = number(demo, "/last_accuracy");
        double frozen = number(demo, "/metrics/variants/frozen~1analytic/last");
        double trained = number(demo, "/metrics/variants/ham~1analytic/last");
        double chance = number(demo, "/chance");
        expect(last >= frozen - MARGIN, "last accuracy", last, "at least the frozen backbone's " + frozen + " - " + MARGIN);
        expect(last >= ABOVE_CHANCE * chance, "last accuracy", last, ABOVE_CHANCE + " times chance, " + chance);
        expect(Math.abs(last - trained) <= 0.002, "accuracy of the exported file", last, "that of training, " + trained);

        double allowed = PARITY * number(demo, "/parity/range");
        expect(number(demo, "/parity/max_abs") <= allowed, "parity.max_abs", number(demo, "/parity/max_abs"), "at most " + allowed);
        expect(number(demo, "/parity/top1") == 1, "parity.top1", number(demo, "/parity/top1"), "1");

        Set<String> strategies = new TreeSet<>();
        for (JsonNode result : demo.at("/bench/results")) {
            strategies.add(result.path("strategy").asText());
            expect(number(result, "/p50_ms") > 0, "p50_ms", number(result, "/p50_ms"), "above 0");
        }
        if (!strategies.equals(Set.of("merged", "per-task", "reload", "shared", "adapters"))) {
            faults.add("expected five ways to serve, found " + strategies);
        }
        System.out.printf(
                "demo: last accuracy %.1f %% (frozen backbone %.1f %%, chance %.1f %%), parity %.1e of allowed %.1e, %d ways to serve%n",
                100 * last, 100 * frozen, 100 * chance, number(demo, "/parity/max_abs"), allowed, strategies.size());
    }

    private double number(JsonNode document, String pointer) {
        JsonNode value = document.at(pointer);
        if (!value.isNumber()) {
            faults.add("expected a number at " + pointer + ", found " + (value.isMissingNode() ? "nothing" : value));
        }
        return value.asDouble(Double.NaN);
    }

    private void expect(boolean holds, String what, double found, String expected) {
        if (!holds) {
            faults.add(what + " is " + found + ", expected " + expected);
        }
    }
}
