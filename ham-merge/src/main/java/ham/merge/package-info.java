/**
 * Reading adapters and checkpoints, and merging adapters into one delta for every adapted weight. No class here knows an ML engine or ONNX.
 *
 * <p>Adapters are opened, merged and written so:
 *
 * <pre>{@code
 * Checkpoint base = Checkpoint.open(checkpoint);
 * List<AdapterFolder> adapters = new ArrayList<>();
 * for (Path each : folders) {
 *     adapters.add(AdapterFolder.read(each).onto(base, base.sha256()));
 * }
 * MergeSettings settings = new MergeChoices().put(MergeParameter.TAU, 0.2).settings(MergeMethod.HAM);
 * AdapterMerge merge = AdapterMerge.of(adapters, List.of(), settings, Optional.empty(), MergeProgress.SILENT);
 * merge.warnings().forEach(out::println);
 * Outputs.folder(target, false, folder -> MergeFolder.write(folder, merge));
 * }</pre>
 *
 * <p>Programs use this package, {@code adapter}, {@code checkpoint}, {@code config}, {@code folder}, {@code head}, {@code io}, {@code peft},
 * {@code plan}, {@code safetensors} and {@code tensor}. The steps of the paper, {@code prune}, {@code compare}, {@code join} and
 * {@code combine}, the other methods ({@code method}) and the products ({@code kernel}) are public for one another; of them a program sees
 * the values that results and settings hold ({@link ham.merge.join.Importance}, {@link ham.merge.join.HamParameters},
 * {@link ham.merge.join.Group}, {@link ham.merge.join.MergeStep}, {@link ham.merge.combine.Branch}, {@link ham.merge.compare.Measure}, ...).
 */
package ham.merge;
