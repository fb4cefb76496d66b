/** The {@code ham} command: each class reads its options, calls the modules and prints. */
package ham.cli;
