/** Random members of the ViT family, and their logits by a forward pass as plain as it can be written. */
package ham.export.variant;
