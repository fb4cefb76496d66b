/**
 * What is remembered of earlier classes without their images: means of the states that enter the frozen model's tail, and their pooled
 * covariance. Nothing that is trained changes a state, so these never go out of date.
 */
package ham.train.state;
