/** What every command prints with, and how it refuses. */
package ham.cli.console;
