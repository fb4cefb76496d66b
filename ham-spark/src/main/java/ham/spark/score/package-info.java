/** What a task does: rows in, batches through the session of its executor, rows with answers out. */
package ham.spark.score;
