/** Token merging (ToMe, arXiv 2210.09461): a ViT that goes on with fewer tokens behind every block. */
package ham.export.token;
