/** What can go wrong around a server, done on purpose: damaged files, a full disk, broken connections, networks between members. */
@NullMarked
package dev.mainstay.e2e.faults;

import org.jspecify.annotations.NullMarked;
