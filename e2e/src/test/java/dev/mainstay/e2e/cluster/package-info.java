/** Clusters driven through their whole life. */
@NullMarked
package dev.mainstay.e2e.cluster;

import org.jspecify.annotations.NullMarked;
