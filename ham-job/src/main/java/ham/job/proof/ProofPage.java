package ham.job.proof;

import ham.report.page.Html;
import ham.report.page.Page;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** A proof as one HTML page. */
final class ProofPage {
    private ProofPage() {}

    static String html(ProofRecord proof) {
        Map<String, String> cards = new LinkedHashMap<>();
        for (ProofState state : ProofState.values()) {
            cards.put(state.label(), String.valueOf(proof.count(state)));
        }
        List<String> failures = proof.steps().stream()
                .filter(each -> each.state() == ProofState.FAILED)
                .map(each -> each.name() + ": " + each.detail())
                .toList();
        return new Page(
                        "proof of this machine",
                        proof.environment().getOrDefault("cpu", "") + ", "
                                + proof.environment().getOrDefault("os", ""))
                .lead(Html.cards(cards) + Html.warnings(failures))
                .section(
                        "What was tried",
                        "Every step is compared with the same work on the CPU. A skipped step says what it lacked.",
                        Html.table(
                                "Each step and what it found",
                                List.of("step", "state", "seconds", "found"),
                                proof.steps().stream()
                                        .map(each -> List.of(
                                                each.name(),
                                                each.state().label(),
                                                String.format(Locale.ROOT, "%.1f", each.seconds()),
                                                each.detail()))
                                        .toList()))
                .section("Figures", "", figures(proof))
                .section(
                        "Libraries",
                        "By their files; whether they work, the steps tell.",
                        Html.table(
                                "What the linker finds",
                                List.of("library", "there", "found", "to do"),
                                proof.libraries().stream()
                                        .map(each -> List.of(
                                                each.name(),
                                                each.found() ? "yes" : "no",
                                                each.detail(),
                                                each.advice().orElse("")))
                                        .toList()))
                .section("Machine", "", Html.facts("Environment", proof.environment()))
                .html();
    }

    private static String figures(ProofRecord proof) {
        List<List<String>> rows = proof.steps().stream()
                .flatMap(step -> step.figures().entrySet().stream()
                        .map(entry -> List.of(step.name(), entry.getKey(), number(entry.getValue()))))
                .collect(Collectors.toList());
        return rows.isEmpty() ? "" : Html.table("Measured in each step", List.of("step", "figure", "value"), rows);
    }

    /** Counts as they are, anything else by four digits. */
    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e6
                ? String.valueOf((long) value)
                : String.format(Locale.ROOT, "%.4g", value);
    }
}
