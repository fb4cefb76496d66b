/** Hashes by which engines are told apart: of bytes, and of models with all the files that their weights lie in. */
package ham.runtime.hash;
