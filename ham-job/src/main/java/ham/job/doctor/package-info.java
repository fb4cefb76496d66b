/** What a machine has: the libraries that training and serving on a GPU need, what is missing, and what to do about it. */
package ham.job.doctor;
