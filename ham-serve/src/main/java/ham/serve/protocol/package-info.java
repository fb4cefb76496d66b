/**
 * What a request and its answer are, whatever carries them. Source: the
 * <a href="https://github.com/kserve/open-inference-protocol">Open Inference Protocol</a>, version 2.
 */
package ham.serve.protocol;
