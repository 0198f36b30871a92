@NullMarked
package dev.mainstay.node.membership;

import org.jspecify.annotations.NullMarked;
