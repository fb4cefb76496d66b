/** Which form of a model is fastest where it is to run. */
package ham.job.tune;
