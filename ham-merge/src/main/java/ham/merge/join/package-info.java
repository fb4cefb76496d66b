/** Step three of the merge: which group an adapter opens or joins, and what becomes of the group's scalar. */
package ham.merge.join;
