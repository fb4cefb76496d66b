/**
 * Reads small JSON texts as trees. Jackson's object mapper would do the same, but setting it up costs an edge box about a tenth of a second at
 * every start.
 */
package ham.runtime.json;
