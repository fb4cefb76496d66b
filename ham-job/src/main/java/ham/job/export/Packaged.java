package ham.job.export;

import ham.export.pack.PackageRecord;

/**
 * A folder with the models of the tasks.
 *
 * @param tasks how many
 * @param files how many
 * @param bytes of all files
 * @param record as the folder's own record has it
 */
public record Packaged(int tasks, int files, long bytes, PackageRecord record) {
    static Packaged of(int tasks, PackageRecord record) {
        long bytes = record.files().stream()
                .mapToLong(PackageRecord.PackagedFile::bytes)
                .sum();
        return new Packaged(tasks, record.files().size(), bytes, record);
    }
}
