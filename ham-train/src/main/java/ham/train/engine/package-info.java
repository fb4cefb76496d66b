/**
 * PyTorch behind DJL: how it is started, on which device and with how many threads, and how a function written as TorchScript
 * text is run where DJL has no operator. Native memory belongs to {@link ai.djl.ndarray.NDManager}s that somebody closes.
 */
package ham.train.engine;
