/** Step two of the merge: how alike adapters and groups are, without forming a product B A. */
package ham.merge.compare;
