package ham.job.evaluate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import ham.merge.InputException;
import ham.merge.io.JsonFiles;
import ham.runtime.classify.Classifier;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Which classes make up each task. */
public final class ModelTasks {
    private static final String METADATA_KEY = "ham.adapters";

    private ModelTasks() {}

    /** As a run recorded them. */
    public static List<List<String>> ofRun(Path run) {
        Path file = run.resolve("run.json");
        List<List<String>> tasks =
                lists(JsonFiles.read(file, "the record of a run").path("tasks"));
        if (tasks.isEmpty()) {
            throw new InputException(file, "expected tasks, found none");
        }
        return tasks;
    }

    /** As a model's metadata names them, adapter by adapter; one task of all classes where it does not. */
    public static List<List<String>> of(Classifier classifier) {
        String json = classifier.model().metadata().get(METADATA_KEY);
        List<List<String>> tasks = new ArrayList<>();
        try {
            for (JsonNode adapter : JsonMapper.builder().build().readTree(json == null ? "[]" : json)) {
                tasks.add(names(adapter.path("classes")));
            }
        } catch (JsonProcessingException e) {
            throw new InputException(
                    Path.of(classifier.model().name()), "metadata " + METADATA_KEY + ": expected a JSON array", e);
        }
        boolean complete = tasks.stream().flatMap(List::stream).toList().containsAll(classifier.labels());
        return complete && !tasks.isEmpty() ? tasks : List.of(classifier.labels());
    }

    private static List<List<String>> lists(JsonNode array) {
        List<List<String>> lists = new ArrayList<>();
        array.forEach(each -> lists.add(names(each)));
        return lists;
    }

    private static List<String> names(JsonNode array) {
        List<String> names = new ArrayList<>();
        array.forEach(name -> names.add(name.asText()));
        return names;
    }
}
