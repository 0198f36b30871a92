@NullMarked
package dev.mainstay.node.api.transport;

import org.jspecify.annotations.NullMarked;
