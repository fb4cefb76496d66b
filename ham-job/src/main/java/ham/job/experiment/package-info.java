/** Experiments: many runs, their tables and pictures. */
package ham.job.experiment;
