/**
 * Experiments: many runs one after the other in one folder, each resumable, those whose adapters are trained alone sharing them, and what
 * came out as means and standard deviations over runs.
 */
package ham.train.experiment;
