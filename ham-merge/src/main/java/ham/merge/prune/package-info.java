/** Step one of the merge: which entries of A and B stay. */
package ham.merge.prune;
