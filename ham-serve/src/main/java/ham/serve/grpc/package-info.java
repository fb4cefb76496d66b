/** The protocol over gRPC: {@code inference.GRPCInferenceService}. */
package ham.serve.grpc;
