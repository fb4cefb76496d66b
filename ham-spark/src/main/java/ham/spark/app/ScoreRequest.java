package ham.spark.app;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import ham.common.BrokenJson;
import ham.runtime.ModelException;

/**
 * What is scored, in JSON.
 *
 * @param master of the cluster, for example {@code spark://host:7077}; null for this machine with all its cores
 * @param model the ONNX file
 * @param input a folder of images, or of parquet
 * @param output folder of parquet that is made
 * @param column of the parquet; null for the only one that can be scored
 * @param topK how many labels a row gets; 1 where it is 0
 * @param batchSize most rows of a run; 32 where it is 0
 * @param threads of a run; 0 for the cores of a task
 * @param all whether the probabilities of all classes are wanted
 * @param features whether features are wanted
 * @param force whether an output that is there is replaced
 * @param json whether the report is JSON
 */
public record ScoreRequest(
        String master,
        @JsonProperty(required = true) String model,
        @JsonProperty(required = true) String input,
        @JsonProperty(required = true) String output,
        String column,
        int topK,
        int batchSize,
        int threads,
        boolean all,
        boolean features,
        boolean force,
        boolean json) {
    private static final int USUAL_BATCH = 32;

    /** Fills in what is left out, and checks the numbers. */
    public ScoreRequest {
        for (String each : new String[] {model, input, output}) {
            if (each == null) {
                throw new ModelException("expected a model, an input and an output, found one of them missing.");
            }
        }
        if (topK < 0 || batchSize < 0 || threads < 0) {
            throw new ModelException("expected numbers of labels, rows and threads of at least 0, found " + topK + ", "
                    + batchSize + " and " + threads + ".");
        }
        topK = topK == 0 ? 1 : topK;
        batchSize = batchSize == 0 ? USUAL_BATCH : batchSize;
    }

    /**
     * Reads JSON.
     *
     * @throws ModelException when it is broken or says something unknown
     */
    static ScoreRequest of(String json) {
        try {
            return new ObjectMapper().readValue(json, ScoreRequest.class);
        } catch (JsonProcessingException e) {
            throw new ModelException(
                    "expected what is to be scored in JSON, found " + BrokenJson.problem(e.getOriginalMessage()) + ".",
                    e);
        }
    }
}
