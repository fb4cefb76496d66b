/**
 * What an encoder is, whatever its family: which files hold one, what its tensors are called and how large they are, what goes in, and one forward pass
 * written against {@link ham.merge.encoder.Ops}, which plain Java, an ONNX graph and a training engine each interpret. A family is a package below this
 * one; the list of them is {@code ham.merge.checkpoint.EncoderFamilies}.
 */
package ham.merge.encoder;
