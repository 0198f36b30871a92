@NullMarked
package dev.mainstay.node.objectstore.sealed;

import org.jspecify.annotations.NullMarked;
