/** {@code ham tune}. */
package ham.cli.tune;
