/** What files hold, and what works on this machine. */
package ham.cli.inspect;
