/** Clusters of real processes, of etcd and Mainstay alike: started, killed, paused, grown and shrunk. */
@NullMarked
package dev.mainstay.e2e.cluster;

import org.jspecify.annotations.NullMarked;
