/** Objects in Azure Blob Storage. The only door to its SDK, which sends with Java's own HTTP client. */
@NullMarked
package dev.mainstay.node.objectstore.azure;

import org.jspecify.annotations.NullMarked;
