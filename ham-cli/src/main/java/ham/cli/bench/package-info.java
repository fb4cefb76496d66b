/** The serving comparison. */
package ham.cli.bench;
