/**
 * Places for backups: objects with keys, in a directory or with a cloud's object store, behind one small interface. Knows nothing of
 * what is put there. One package below for each kind of place, and {@code sealed} for objects that are compressed and encrypted.
 */
@NullMarked
package dev.mainstay.node.objectstore;

import org.jspecify.annotations.NullMarked;
