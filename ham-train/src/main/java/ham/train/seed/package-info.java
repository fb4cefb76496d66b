/**
 * One seed in, as many independent random streams as a run needs out. Every stream is a {@link java.util.Random}, whose
 * algorithm the Java specification fixes, so a run can be made again on another JVM.
 */
package ham.train.seed;
