/** Puts requests together into runs: a bounded queue for each model, in which those that fit together wait a bounded time for each other. */
package ham.serve.batch;
