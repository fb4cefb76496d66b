/** ham's folders on disk: an adapter with its {@code ham.json} and head, and the result of a merge. */
package ham.merge.folder;
