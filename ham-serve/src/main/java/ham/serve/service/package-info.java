/** What REST and gRPC share: the models, who may ask, how much may be under way, and what is told of it. */
package ham.serve.service;
