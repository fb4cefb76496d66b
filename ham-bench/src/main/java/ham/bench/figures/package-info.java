/** The figures of the README: ham's commands and their peers' as whole processes, in turns. */
package ham.bench.figures;
