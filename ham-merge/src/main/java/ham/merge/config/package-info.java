/** A merge described in one YAML file. */
package ham.merge.config;
