@NullMarked
package dev.mainstay.node.objectstore.stream;

import org.jspecify.annotations.NullMarked;
