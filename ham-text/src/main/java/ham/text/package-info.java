/** Tokenizers of Hugging Face, {@code tokenizer.json}, by their own library. */
package ham.text;
