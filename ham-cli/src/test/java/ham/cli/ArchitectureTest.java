package ham.cli;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Modules know each other only as {@code docs/architecture.md} says, and of each other only the packages that are meant for others; no packages
 * know each other in a circle.
 */
class ArchitectureTest {
    private static final Map<String, Set<String>> ALLOWED = Map.ofEntries(
            entry("common", Set.of()),
            entry("merge", Set.of("common")),
            entry("runtime", Set.of("common")),
            entry("text", Set.of("common", "runtime")),
            entry("train", Set.of("common", "merge", "runtime")),
            entry("data", Set.of("common", "merge", "runtime", "train")),
            entry("export", Set.of("common", "merge", "runtime")),
            entry("report", Set.of("common", "merge")),
            entry("serve", Set.of("common", "runtime")),
            entry("bench", Set.of("common", "merge", "runtime", "train", "export", "report")),
            entry("job", Set.of("common", "merge", "runtime", "train", "export", "report", "bench")),
            entry("cli", Set.of("common", "merge", "runtime", "train", "export", "report", "bench", "job", "serve")));

    /** The packages of a module that other modules may use; all others are its own affair, however public their types are. */
    private static final Map<String, Set<String>> MEANT = Map.of(
            "common", Set.of(""),
            "merge",
                    Set.of(
                            "",
                            "adapter",
                            "checkpoint",
                            "combine",
                            "compare",
                            "config",
                            "encoder",
                            "encoder.control",
                            "encoder.text",
                            "folder",
                            "gram",
                            "head",
                            "io",
                            "join",
                            "kernel",
                            "method",
                            "peft",
                            "plan",
                            "record",
                            "safetensors",
                            "space",
                            "taskvector",
                            "tensor"),
            "runtime",
                    Set.of(
                            "",
                            "app",
                            "backend",
                            "classify",
                            "image",
                            "json",
                            "model",
                            "onnx",
                            "preprocess",
                            "swap",
                            "tensor",
                            "tensorrt",
                            "tensorrt.engine",
                            "text"),
            "serve", Set.of("", "batch", "observe", "repository", "service"),
            "train",
                    Set.of(
                            "config",
                            "data",
                            "engine",
                            "eval",
                            "experiment",
                            "feature",
                            "guard",
                            "head",
                            "input",
                            "learn",
                            "lora",
                            "metrics",
                            "record",
                            "run",
                            "stream"),
            "export", Set.of("", "bake", "fleet", "form", "importing", "pack", "parity", "patch", "precision"),
            "report", Set.of("", "bench", "page", "record"),
            "bench", Set.of("", "latency", "memory", "scenario", "strategy", "traffic", "url"),
            "job", Set.of("", "doctor", "evaluate", "experiment", "export", "proof", "tune", "work"));
    /** Measures the inside of the libraries, and is no part of the product. */
    private static final String LABORATORY = "ham.bench.program";

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(location -> !location.contains("/ham-testing/"))
            .importPackages("ham");

    @Test
    void modulesKnowOnlyWhomTheyMay() {
        Set<String> forbidden = new TreeSet<>();
        Set<String> seen = new TreeSet<>();
        for (JavaClass each : CLASSES) {
            String from = module(each);
            seen.add(from);
            for (Dependency dependency : each.getDirectDependenciesFromSelf()) {
                String to = module(dependency.getTargetClass());
                if (!to.isEmpty() && !to.equals(from) && !ALLOWED.get(from).contains(to)) {
                    forbidden.add(dependency.getDescription());
                }
            }
        }
        assertThat(seen).isEqualTo(new TreeSet<>(ALLOWED.keySet()));
        assertThat(forbidden).isEmpty();
    }

    @Test
    void modulesUseOfEachOtherWhatIsMeantForThem() {
        Set<String> meant = new TreeSet<>();
        MEANT.forEach((module, packages) ->
                packages.forEach(name -> meant.add("ham." + module + (name.isEmpty() ? "" : "." + name))));
        Set<String> trespasses = new TreeSet<>();
        Set<String> there = new TreeSet<>();
        for (JavaClass each : CLASSES) {
            there.add(each.getPackageName());
            for (Dependency dependency : each.getDirectDependenciesFromSelf()) {
                JavaClass target = dependency.getTargetClass().getBaseComponentType();
                String to = module(target);
                if (!to.isEmpty()
                        && !to.equals(module(each))
                        && !meant.contains(target.getPackageName())
                        && !each.getPackageName().equals(LABORATORY)) {
                    trespasses.add(dependency.getDescription());
                }
            }
        }
        assertThat(trespasses).isEmpty();
        assertThat(there).containsAll(meant);
    }

    /** A module's root package is a package like any other. */
    @Test
    void packagesFormNoCircle() {
        SlicesRuleDefinition.slices()
                .assignedFrom(new SliceAssignment() {
                    @Override
                    public SliceIdentifier getIdentifierOf(JavaClass each) {
                        return module(each).isEmpty()
                                ? SliceIdentifier.ignore()
                                : SliceIdentifier.of(each.getPackageName());
                    }

                    @Override
                    public String getDescription() {
                        return "packages";
                    }
                })
                .should()
                .beFreeOfCycles()
                .check(CLASSES.that(DescribedPredicate.describe(
                        "written by hand", each -> !each.getPackageName().matches("ham\\.(export|serve)\\.proto.*"))));
    }

    @Test
    void theMergeKnowsNoEngineAndNoOnnx() {
        Set<String> heavy = new TreeSet<>();
        for (JavaClass each : CLASSES) {
            if (module(each).equals("merge")) {
                for (Dependency dependency : each.getDirectDependenciesFromSelf()) {
                    String name = dependency.getTargetClass().getName();
                    if (!name.matches(
                            "\\[*L?(ham\\.(merge|common)|java|com\\.fasterxml\\.jackson|com\\.google\\.re2j|org\\.bytedeco\\.(javacpp|openblas))\\..*|\\[*[a-zA-Z]+")) {
                        heavy.add(name);
                    }
                }
            }
        }
        assertThat(heavy).isEmpty();
    }

    private static String module(JavaClass each) {
        String[] parts = each.getPackageName().split("\\.", 3);
        return parts.length > 1 && parts[0].equals("ham") ? parts[1] : "";
    }
}
