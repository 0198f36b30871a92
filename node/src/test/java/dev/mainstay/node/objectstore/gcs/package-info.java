@NullMarked
package dev.mainstay.node.objectstore.gcs;

import org.jspecify.annotations.NullMarked;
