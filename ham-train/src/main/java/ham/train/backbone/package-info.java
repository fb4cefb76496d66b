/** What training asks of a frozen network, whichever family it is of. */
package ham.train.backbone;
