package ham.job.experiment;

import ham.train.experiment.ExperimentRecord;
import java.nio.file.Path;

/**
 * A finished experiment.
 *
 * @param folder with {@code results.json}, CSV files, {@code report.html} and charts
 * @param table a row for every head and everything that was compared under it, in Markdown
 * @param results as {@code results.json} has them
 */
public record ExperimentOutcome(Path folder, String table, ExperimentRecord results) {}
