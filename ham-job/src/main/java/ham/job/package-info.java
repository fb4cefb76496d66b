/** The main job without a command line. */
package ham.job;
