/**
 * Ways to serve several tasks from the same weights, measured side by side: latency, throughput, time to the first answer, task switch, resident
 * memory, bytes on disk.
 */
package ham.bench.strategy;
