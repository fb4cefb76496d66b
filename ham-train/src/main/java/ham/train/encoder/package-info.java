/** Any encoder that is described ({@code ham.merge.encoder}) as a program of the training engine, adapters in its linear layers. */
package ham.train.encoder;
