package ham.job.experiment;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;

/**
 * A finished experiment.
 *
 * @param folder with {@code results.json}, CSV files, {@code report.html} and charts
 * @param table a row for every head and everything that was compared under it, in Markdown
 * @param results as {@code results.json} has them
 */
public record ExperimentOutcome(Path folder, String table, ObjectNode results) {}
