/** Objects in Google Cloud Storage. The only door to its client library, of which the transport over gRPC is left out. */
@NullMarked
package dev.mainstay.node.objectstore.gcs;

import org.jspecify.annotations.NullMarked;
