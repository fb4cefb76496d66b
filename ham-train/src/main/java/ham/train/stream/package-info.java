/**
 * The stream of tasks: in which order classes come, which classes make a task, and which images belong to it. Class order
 * follows NumPy's legacy generator, as the toolboxes of class-incremental learning do, so that "seed 1993" means the same
 * stream here as there.
 */
package ham.train.stream;
