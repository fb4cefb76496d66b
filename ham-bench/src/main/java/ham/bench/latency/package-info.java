/**
 * Latency: samples in nanoseconds, their percentiles in milliseconds, and runs in which everything that is compared is
 * measured in turns, so that a slow minute of the machine hits all of it alike.
 */
package ham.bench.latency;
