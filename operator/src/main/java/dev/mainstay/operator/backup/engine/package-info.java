/**
 * Decides what to do next about backups, schedules, stores and restores: one view in, one step out. No clock, no I/O, no memory, no Kubernetes
 * client.
 */
@NullMarked
package dev.mainstay.operator.backup.engine;

import org.jspecify.annotations.NullMarked;
