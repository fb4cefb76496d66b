/** Random and damaged files for every reader: each is read, or refused in one line. */
package ham.merge.fuzz;
