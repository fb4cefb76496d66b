/**
 * Folders that hold all that somebody needs to serve models: a Triton model repository, one base graph with an adapter file a task, or one
 * model a task. Every folder says what is in it, in {@code README.md} for people and {@code package.json} for programs.
 */
package ham.export.pack;
