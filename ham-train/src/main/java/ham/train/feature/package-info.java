/** From images to features, without gradients: what the prototype and the analytic head are made of, and what accuracy is measured on. */
package ham.train.feature;
