/** What enters the log and what comes out of applying it; no behaviour. */
@NullMarked
package dev.mainstay.node.command;

import org.jspecify.annotations.NullMarked;
