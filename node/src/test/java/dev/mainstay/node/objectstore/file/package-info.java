@NullMarked
package dev.mainstay.node.objectstore.file;

import org.jspecify.annotations.NullMarked;
