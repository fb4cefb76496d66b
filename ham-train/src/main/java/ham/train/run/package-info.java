/**
 * A training run from the first task to the merged model: configuration, the loop over tasks, what is remembered between them, and the run
 * folder, in which every finished task survives a kill.
 */
package ham.train.run;
