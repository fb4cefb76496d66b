package ham.job.export;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A folder with the models of the tasks.
 *
 * @param tasks how many
 * @param files how many
 * @param bytes of all files
 * @param record as the folder's own record has it
 */
public record Packaged(int tasks, int files, long bytes, ObjectNode record) {
    static Packaged of(int tasks, ObjectNode record) {
        long bytes = 0;
        for (var file : record.path("files")) {
            bytes += file.path("bytes").asLong();
        }
        return new Packaged(tasks, record.path("files").size(), bytes, record);
    }
}
