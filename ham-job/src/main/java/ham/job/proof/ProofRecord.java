package ham.job.proof;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.job.doctor.Finding;
import ham.merge.io.JsonFiles;
import java.util.List;
import java.util.Map;

/**
 * A whole proof, {@code proof.json}.
 *
 * @param environment versions and machine
 * @param libraries what was looked for
 * @param steps what was tried, in order
 */
public record ProofRecord(Map<String, String> environment, List<Finding> libraries, List<ProofStep> steps) {
    public ProofRecord {
        libraries = List.copyOf(libraries);
        steps = List.copyOf(steps);
    }

    /** How many steps ended so. */
    public long count(ProofState state) {
        return steps.stream().filter(each -> each.state() == state).count();
    }

    /** As the file holds it. */
    public ObjectNode json() {
        ObjectNode json = JsonFiles.object();
        json.put("passed", count(ProofState.PASSED));
        json.put("failed", count(ProofState.FAILED));
        json.put("skipped", count(ProofState.SKIPPED));
        json.set("environment", JsonFiles.tree(environment));
        ArrayNode found = json.putArray("libraries");
        libraries.forEach(each -> found.add(each.json()));
        ArrayNode tried = json.putArray("steps");
        steps.forEach(each -> tried.addObject()
                .put("name", each.name())
                .put("state", each.state().label())
                .put("detail", each.detail())
                .put("seconds", each.seconds())
                .set("figures", JsonFiles.tree(each.figures())));
        return json;
    }
}
