package ham.merge.record;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * What an adapter's own files call things, so that a merge that goes on can write for PEFT as one of the same folders would; what is not known,
 * or is called alike, is null.
 *
 * @param weight what they call the first weight that the adapter changes, by which the names of the others are known
 * @param base what its trainer called the base ({@code base_model_name_or_path})
 * @param classifier path of the classifier that was saved along
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record OwnNames(String weight, String base, String classifier) {
    /** Nothing, as of merges that older releases wrote. */
    public static final OwnNames NONE = new OwnNames(null, null, null);
}
