/** Experiments: many runs. */
package ham.cli.experiment;
