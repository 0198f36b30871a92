/** The harness itself, tried on a real etcd. */
@NullMarked
package dev.mainstay.e2e.server;

import org.jspecify.annotations.NullMarked;
