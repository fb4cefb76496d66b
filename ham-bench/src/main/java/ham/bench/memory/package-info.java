/** Memory of this process as the operating system sees it, native memory included, which the JVM's own numbers leave out. */
package ham.bench.memory;
