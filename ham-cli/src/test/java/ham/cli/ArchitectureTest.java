package ham.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Modules know each other only as {@code docs/architecture.md} says, and no packages know each other in a circle. */
class ArchitectureTest {
    private static final Map<String, Set<String>> ALLOWED = Map.of(
            "common", Set.of(),
            "merge", Set.of("common"),
            "runtime", Set.of("common"),
            "train", Set.of("common", "merge", "runtime"),
            "export", Set.of("common", "merge", "runtime"),
            "report", Set.of("common", "merge"),
            "serve", Set.of("common", "runtime"),
            "bench", Set.of("common", "merge", "runtime", "train", "export", "report"),
            "job", Set.of("common", "merge", "runtime", "train", "export", "report"),
            "cli", Set.of("common", "merge", "runtime", "train", "export", "report", "bench", "job", "serve"));

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
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
    void packagesFormNoCircle() {
        SlicesRuleDefinition.slices()
                .matching("ham.(*).(**)")
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
                            "\\[*L?(ham\\.(merge|common)|java|com\\.fasterxml\\.jackson|org\\.bytedeco\\.(javacpp|openblas))\\..*|\\[*[a-zA-Z]+")) {
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
