/**
 * Parameters and their optimizer, on the Java side. Trained parameters of an adapter are small, so they live in Java memory and
 * are only lent to the engine for the length of a step: no engine state outlives a step, and there is nothing to zero, to leak
 * or to synchronise.
 */
package ham.train.optimize;
