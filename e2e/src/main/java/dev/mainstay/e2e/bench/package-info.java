/** The same load on a real etcd and on Mainstay, through the public API only. */
@NullMarked
package dev.mainstay.e2e.bench;

import org.jspecify.annotations.NullMarked;
