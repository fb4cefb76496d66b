/** Ways to serve several tasks, measured side by side: latency, throughput, task switch, resident memory, bytes on disk. */
package ham.runtime.bench;
