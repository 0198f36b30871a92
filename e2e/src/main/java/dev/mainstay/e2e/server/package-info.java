/** Starts, kills, restarts and measures real servers as operating-system processes: etcd and Mainstay alike. */
@NullMarked
package dev.mainstay.e2e.server;

import org.jspecify.annotations.NullMarked;
