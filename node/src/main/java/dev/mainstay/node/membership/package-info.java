/** Members and how their ids come about. */
@NullMarked
package dev.mainstay.node.membership;

import org.jspecify.annotations.NullMarked;
