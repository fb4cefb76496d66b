/** {@code ham serve}. */
package ham.cli.serve;
