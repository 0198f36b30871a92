/** Alarms as replicated facts. */
@NullMarked
package dev.mainstay.node.maintenance;

import org.jspecify.annotations.NullMarked;
