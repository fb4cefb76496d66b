/** Puts a newer model into service while requests go on: none fails, none is answered by two models. */
package ham.runtime.swap;
