/** What every module needs and none owns: the parent of all errors with its code, and SHA-256. Nothing but the JDK stands behind it. */
package ham.common;
