/**
 * A proof of what works on a machine: training, export and every backend, on the CPU and on a GPU, each compared with the CPU's numbers. One page and one
 * JSON file say what passed, failed and was skipped, and why.
 */
package ham.job.proof;
