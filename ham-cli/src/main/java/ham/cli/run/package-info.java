/** Models on images and tensors: run, eval, engine. */
package ham.cli.run;
