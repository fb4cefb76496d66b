/** Measures a server from outside: whatever speaks the Open Inference Protocol, version 2, over HTTP. */
package ham.bench.url;
