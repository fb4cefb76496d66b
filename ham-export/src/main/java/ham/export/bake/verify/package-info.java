/**
 * Runs a baked model beside its references on the same images before it gets its name.
 */
package ham.export.bake.verify;
