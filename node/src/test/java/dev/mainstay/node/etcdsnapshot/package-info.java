@NullMarked
package dev.mainstay.node.etcdsnapshot;

import org.jspecify.annotations.NullMarked;
