/**
 * Latent replay: what is remembered of earlier classes without their images. A latent is what enters the tail of the frozen model; kept are means
 * of the latents of each class, and their pooled covariance. Nothing that is trained changes a latent, so these never go out of date.
 * Replaying at an inner layer: arXiv 1912.01100.
 */
package ham.train.replay;
