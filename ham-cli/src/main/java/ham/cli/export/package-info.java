/** The export: its options and what it says. */
package ham.cli.export;
