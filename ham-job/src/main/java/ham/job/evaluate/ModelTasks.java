package ham.job.evaluate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import ham.merge.InputException;
import ham.runtime.model.Model;
import ham.train.record.RunRecord;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Which classes make up each task. */
public final class ModelTasks {
    private static final String METADATA_KEY = "ham.adapters";

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private ModelTasks() {}

    /** What the metadata says of an adapter, as far as it matters here. */
    private record Adapter(List<String> classes) {}

    /** As a run recorded them. */
    public static List<List<String>> ofRun(Path run) {
        Path file = run.resolve("run.json");
        List<List<String>> tasks = RunRecord.read(file).tasks();
        if (tasks.isEmpty()) {
            throw new InputException(file, "expected tasks, found none");
        }
        return tasks;
    }

    /** As a model's metadata names them, adapter by adapter; one task of all classes where it does not. */
    public static List<List<String>> of(Model model, List<String> labels) {
        String json = model.metadata().get(METADATA_KEY);
        List<List<String>> tasks;
        try {
            Adapter[] adapters = MAPPER.readValue(json == null ? "[]" : json, Adapter[].class);
            tasks = Stream.of(adapters)
                    .map(adapter -> adapter.classes() == null ? List.<String>of() : adapter.classes())
                    .toList();
        } catch (JsonProcessingException e) {
            throw new InputException(Path.of(model.name()), "metadata " + METADATA_KEY + ": expected a JSON array", e);
        }
        boolean complete = tasks.stream().flatMap(List::stream).toList().containsAll(labels);
        return complete && !tasks.isEmpty() ? tasks : List.of(labels);
    }
}
