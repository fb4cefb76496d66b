/**
 * The ways to learn a stream of tasks behind one interface: what stands frozen beside the next task, where its adapter begins, what joining
 * a task does, and the one delta of every weight afterwards. Source: METHOD, "compared with"; arXiv 2509.13211, 2501.13198.
 */
package ham.train.learn;
