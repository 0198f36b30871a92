/** Stores, backups, schedules and restores: passes that look, let an engine decide, write down and act; and what runs them. */
@NullMarked
package dev.mainstay.operator.backup;

import org.jspecify.annotations.NullMarked;
