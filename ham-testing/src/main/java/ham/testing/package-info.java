/** Inputs of tests: files of {@code testdata}, and random models that are written without the code that is tested with them. */
package ham.testing;
