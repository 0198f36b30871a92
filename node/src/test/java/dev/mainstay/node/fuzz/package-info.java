@NullMarked
package dev.mainstay.node.fuzz;

import org.jspecify.annotations.NullMarked;
