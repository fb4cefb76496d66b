package ham.report.record;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;

/**
 * All that is shown of an experiment; all but the title may be null or empty.
 *
 * @param title of the page
 * @param description a sentence
 * @param command one text, or its words
 * @param environment versions and machine
 * @param table the results
 * @param paired methods two and two on the same test images
 * @param charts in order
 * @param notes sentences
 */
public record ExperimentDocument(
        String title,
        String description,
        @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY) List<String> command,
        Map<String, Object> environment,
        TableDocument table,
        TableDocument paired,
        List<ChartDocument> charts,
        List<String> notes) {
    public ExperimentDocument {
        title = title == null ? "" : title;
        description = description == null ? "" : description;
        command = Binding.orEmpty(command);
        environment = Binding.orEmpty(environment);
        table = table == null ? new TableDocument(List.of(), List.of()) : table;
        paired = paired == null ? new TableDocument(List.of(), List.of()) : paired;
        charts = Binding.orEmpty(charts);
        notes = Binding.orEmpty(notes);
    }

    /**
     * From JSON.
     *
     * @throws ham.merge.InputException when a value is of another kind than it should be
     */
    public static ExperimentDocument of(JsonNode json) {
        return Binding.of(json, ExperimentDocument.class);
    }
}
