/**
 * Which merge of the adapters is deployed, and how much of its delta: candidates, from none of the delta (the frozen backbone) to all of it, are
 * compared on held-out training images, so that a run never ends below the frozen backbone there.
 */
package ham.train.guard;
