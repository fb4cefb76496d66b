/** What text encoders of several families have in common: post-norm blocks and how their tokens are pooled. */
package ham.merge.encoder.text;
