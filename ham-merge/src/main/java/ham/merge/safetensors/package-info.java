/**
 * The safetensors format, read with every rule of its header checked before a byte is trusted, and written deterministically.
 *
 * @see <a href="https://github.com/huggingface/safetensors#format">the format</a>
 */
package ham.merge.safetensors;
