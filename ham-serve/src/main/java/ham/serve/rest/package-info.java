/** The protocol over HTTP, the route for images, the page, and the numbers for Prometheus. */
package ham.serve.rest;
