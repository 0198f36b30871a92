/** What an operator may set: one table of flags, read from the command line, the environment or a file. */
@NullMarked
package dev.mainstay.node.server.settings;

import org.jspecify.annotations.NullMarked;
