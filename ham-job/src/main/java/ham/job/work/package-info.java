/** What every piece of long work shares: whom it tells how it goes, temporary folders, what to do when it is stopped. */
package ham.job.work;
