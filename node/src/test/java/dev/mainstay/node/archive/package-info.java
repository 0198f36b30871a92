@NullMarked
package dev.mainstay.node.archive;

import org.jspecify.annotations.NullMarked;
