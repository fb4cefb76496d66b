/**
 * The main job without a command line: train a stream of tasks, merge, export, compare the forms of the model, evaluate it; and what belongs to it.
 *
 * <p>Ten lines from a checkpoint and a folder of images to one ONNX model:
 *
 * <pre>{@code
 * RunConfig config = RunConfig.builder()
 *         .setBase(base)
 *         .setData(data)
 *         .optTasks(2)
 *         .optRank(4)
 *         .optEpochs(1)
 *         .build();
 * Path run = Job.builder().setConfig(config).setOut(out).build().run();
 * try (Classifier classifier = Classifier.open(run.resolve(Job.MODEL), new SessionSettings(1))) {
 *     stdout.println(classifier.labels());
 * }
 * }</pre>
 */
package ham.job;
