@NullMarked
package dev.mainstay.node.objectstore.azure;

import org.jspecify.annotations.NullMarked;
