/**
 * Labelled images in a folder, recognised by what the folder holds: CIFAR-100's binary files, the IDX files of the MNIST
 * family (<a href="http://yann.lecun.com/exdb/mnist/">format</a>), or one folder of image files a class. Everything is
 * checked when it is opened; only image files are decoded later, when they are asked for.
 */
package ham.train.data;
