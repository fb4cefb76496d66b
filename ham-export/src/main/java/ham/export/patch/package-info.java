/**
 * The smallest file that turns a deployed model into its successor, bit for bit. What is equal is copied; a changed weight is predicted, from the
 * weight that is there plus the product of the adapters' factors or from the weight alone, and only what the prediction misses is stored.
 */
package ham.export.patch;
