/**
 * Adapters in the layout of Hugging Face PEFT: {@code adapter_config.json} and {@code adapter_model.safetensors}.
 *
 * @see <a href="https://huggingface.co/docs/peft/developer_guides/checkpoint">PEFT checkpoint format</a>
 */
package ham.merge.peft;
