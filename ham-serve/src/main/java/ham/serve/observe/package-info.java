/** What a server tells of itself: a line a request, and numbers for Prometheus. */
package ham.serve.observe;
