/** Outputs that appear whole or not at all, and JSON files read with clear errors. */
package ham.merge.io;
