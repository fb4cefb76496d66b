/** The demonstration. */
package ham.cli.demo;
