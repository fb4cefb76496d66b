/** Jobs of a Spark application, and the program that {@code ham} starts for them in a JVM of its own. */
package ham.spark.app;
