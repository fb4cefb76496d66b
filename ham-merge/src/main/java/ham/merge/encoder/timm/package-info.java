/** Models as timm saves them: what their names stand for, and the arguments of their constructors. */
package ham.merge.encoder.timm;
