/** Commands that work on Apache Spark, which runs in a JVM of its own: it is on nobody else's class path. */
package ham.cli.spark;
