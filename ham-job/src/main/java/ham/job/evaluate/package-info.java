/** Which classes make up the tasks that an exported model is measured on. */
package ham.job.evaluate;
