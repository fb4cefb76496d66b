/**
 * How much of the merged delta is deployed: a part from 0 (the frozen backbone) to 1, chosen on held-out training images, so that a run never ends
 * below the frozen backbone there.
 */
package ham.train.guard;
