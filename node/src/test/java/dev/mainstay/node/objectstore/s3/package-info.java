@NullMarked
package dev.mainstay.node.objectstore.s3;

import org.jspecify.annotations.NullMarked;
