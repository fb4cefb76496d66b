/** What a continual learner is measured by: the accuracy matrix and the four figures that the literature draws from it. */
package ham.train.metrics;
