package ham.report.record;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.databind.JsonNode;

/**
 * Something that was warned about: in files a sentence, or an object that has it.
 *
 * @param message the sentence
 */
public record WarningDocument(String message) {
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static WarningDocument of(JsonNode value) {
        return new WarningDocument((value.has("message") ? value.path("message") : value).asText());
    }
}
