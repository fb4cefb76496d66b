/** The merge: its options and what it says. */
package ham.cli.merge;
