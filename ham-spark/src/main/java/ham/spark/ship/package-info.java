/** How a model file travels: from where it lies to the driver, to every executor, and to one session there that all tasks share. */
package ham.spark.ship;
