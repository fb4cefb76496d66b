/** The whole merge: its settings, what it will cost, its run weight by weight, the plain control, and the warnings afterwards. */
package ham.merge.plan;
