package ham.spark.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import ham.common.BrokenJson;
import ham.runtime.ModelException;
import java.io.Serializable;
import java.util.List;

/**
 * Programs that are run as tasks, in JSON.
 *
 * @param master of the cluster; null for this machine
 * @param folder in which they run, which all workers see under this path
 * @param waves what can run at the same time; a wave begins when the one before it is done
 */
public record SweepRequest(String master, String folder, List<List<Program>> waves) {
    public SweepRequest {
        waves = waves == null ? List.of() : List.copyOf(waves);
    }

    /**
     * One program.
     *
     * @param name for messages
     * @param command and its arguments
     * @param log file to which its output is added
     */
    public record Program(String name, List<String> command, String log) implements Serializable {
        public Program {
            command = List.copyOf(command);
        }
    }

    /**
     * Reads JSON.
     *
     * @throws ModelException when it is broken or says something unknown
     */
    static SweepRequest of(String json) {
        try {
            return new ObjectMapper().readValue(json, SweepRequest.class);
        } catch (JsonProcessingException e) {
            throw new ModelException(
                    "expected programs to run in JSON, found " + BrokenJson.problem(e.getOriginalMessage()) + ".", e);
        }
    }
}
