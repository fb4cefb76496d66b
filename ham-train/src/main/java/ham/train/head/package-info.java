/**
 * Heads that are computed instead of trained: a class's mean feature (SimpleCIL, arXiv 2303.07338), and ridge regression on random
 * features (RanPAC, arXiv 2307.02251). Statistics grow with every task and keep no image. Classes are numbered by position, their
 * place in the order of arrival.
 */
package ham.train.head;
