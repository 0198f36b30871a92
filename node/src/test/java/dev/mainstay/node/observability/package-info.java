@NullMarked
package dev.mainstay.node.observability;

import org.jspecify.annotations.NullMarked;
