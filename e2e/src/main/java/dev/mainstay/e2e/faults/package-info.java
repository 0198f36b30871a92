/** What can go wrong around a server, done on purpose: damaged files, a full disk, broken connections. */
@NullMarked
package dev.mainstay.e2e.faults;

import org.jspecify.annotations.NullMarked;
