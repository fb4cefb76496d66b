/**
 * Ways to serve several tasks from the same weights, measured by turns: the merged model, a model a task, one session reloaded, light sessions on
 * shared weights, adapters switched in one session.
 *
 * <p>Ten lines that measure the run in {@code run} for twenty seconds, print the medians and write {@code bench.json}, tables and a page:
 *
 * <pre>{@code
 * ServingSource source = ServingSource.of(Checkpoint.open(base), merged, adapters, Optional.empty());
 * ServingRequest request = ServingRequest.builder()
 *         .optStrategies(List.of(Strategy.MERGED, Strategy.PER_TASK))
 *         .optScenarios(List.of(Scenario.SINGLE_STREAM))
 *         .optMeasuring(Duration.ofSeconds(2))
 *         .build(source.tasks());
 * ServingBenchmark.Outcome outcome = new ServingBenchmark(source, request, stdout::println).run(models);
 * for (BenchRow row : outcome.document().results()) {
 *     stdout.println(row.strategy() + " at " + row.tasks() + " tasks: " + row.p50Ms() + " ms");
 * }
 * ServingOutput.write(out, false, outcome);
 * }</pre>
 */
package ham.bench;
