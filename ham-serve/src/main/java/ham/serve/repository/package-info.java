/**
 * The models that a server has: one file, a folder of files, a folder with adapters, or a model repository of Triton. What a request names is
 * looked up among them and never opened.
 */
package ham.serve.repository;
