/** What an export becomes: a file, a file of another form, a patch, a package; its record, and what other number formats cost on real images. */
package ham.job.export;
