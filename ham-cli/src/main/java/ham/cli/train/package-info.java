/** Training: the options of a run and what it says. */
package ham.cli.train;
