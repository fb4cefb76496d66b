/** Spaces other than that of the deltas themselves, in which any merge of entries works. */
package ham.merge.space;
