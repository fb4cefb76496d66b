/**
 * A server for exported models: the Open Inference Protocol over REST and gRPC, with dynamic batching and models that are replaced under load.
 */
package ham.serve;
