/** Objects as files below a directory. */
@NullMarked
package dev.mainstay.node.objectstore.file;

import org.jspecify.annotations.NullMarked;
