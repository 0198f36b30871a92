/** Plain access to the etcd v3 API of a server under test. */
@NullMarked
package dev.mainstay.e2e.client;

import org.jspecify.annotations.NullMarked;
