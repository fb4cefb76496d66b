/** Step four of the merge: groups and members add up to one delta a weight. */
package ham.merge.combine;
