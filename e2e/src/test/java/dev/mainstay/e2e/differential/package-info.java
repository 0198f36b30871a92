/** Mainstay against etcd, answer by answer. */
@NullMarked
package dev.mainstay.e2e.differential;

import org.jspecify.annotations.NullMarked;
