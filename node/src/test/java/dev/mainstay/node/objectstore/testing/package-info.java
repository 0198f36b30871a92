@NullMarked
package dev.mainstay.node.objectstore.testing;

import org.jspecify.annotations.NullMarked;
