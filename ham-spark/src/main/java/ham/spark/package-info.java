/**
 * A deployed model as a transformer of Spark ML.
 *
 * @see <a href="https://spark.apache.org/docs/latest/ml-pipeline.html">Spark ML pipelines</a>
 */
package ham.spark;
