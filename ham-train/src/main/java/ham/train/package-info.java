/**
 * Learning a stream of tasks with LoRA adapters on a frozen Vision Transformer, and measuring what is learnt and forgotten.
 *
 * <p>A run is configured, trained (or gone on with) and read so:
 *
 * <pre>{@code
 * RunConfig config = RunConfig.builder()
 *         .setBase(checkpoint)
 *         .setData(images)
 *         .optTasks(3)
 *         .optMethod(LearningMethod.HAM)
 *         .optRank(4)
 *         .build();
 * FinishedRun run = FinishedRun.of(config, target, Map.of(), List.of(), RunProgress.SILENT);
 * out.println("average accuracy after the last task: " + run.metrics().last());
 * Merged deltas = Merged.read(run.folder().resolve("merged"));
 * }</pre>
 *
 * <p>{@link ham.train.config.RunConfig} says everything that a run depends on, and reads it back from {@code run.json};
 * {@link ham.train.run.FinishedRun} trains; {@link ham.train.experiment.Experiment} does many runs; {@link ham.train.eval.DeployedAccuracy} measures
 * an exported file. The other packages are public for one another.
 */
package ham.train;
