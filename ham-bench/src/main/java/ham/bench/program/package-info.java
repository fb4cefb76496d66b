/**
 * Programs of the laboratory, each with a {@code main} of its own: random adapters to measure merging with, the speed of exported graphs, the speed of
 * training steps. They run after a build: {@code java -cp "ham-cli/target/lib/*" ham.bench.program.MakeAdapters ...}.
 */
package ham.bench.program;
