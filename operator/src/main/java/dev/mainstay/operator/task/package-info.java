/** Jobs that run the node's own tool beside a store of backups: how they are made, and what became of them. */
@NullMarked
package dev.mainstay.operator.task;

import org.jspecify.annotations.NullMarked;
